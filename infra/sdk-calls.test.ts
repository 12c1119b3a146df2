import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { actionsOf, functionOf, synthesise } from "./testing/synthesise.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** What a call of the SDK asks IAM for; of a batch the same as of one. */
const actions: Readonly<Record<string, string>> = {
  AdminDeleteUser: "cognito-idp:AdminDeleteUser",
  AdminUserGlobalSignOut: "cognito-idp:AdminUserGlobalSignOut",
  ListUsers: "cognito-idp:ListUsers",
  ConverseStream: "bedrock:InvokeModelWithResponseStream",
  PostToConnection: "execute-api:ManageConnections",
  DeleteConnection: "execute-api:ManageConnections",
  GetSecretValue: "secretsmanager:GetSecretValue",
  ChangeMessageVisibilityBatch: "sqs:ChangeMessageVisibility",
  DeleteMessage: "sqs:DeleteMessage",
  GetQueueAttributes: "sqs:GetQueueAttributes",
  ReceiveMessage: "sqs:ReceiveMessage",
  SendMessage: "sqs:SendMessage",
  SendMessageBatch: "sqs:SendMessage",
};

/** Calls that anybody may make: what they act on is named by a token, a code or a password. */
const unsigned =
  /^(?:ChangePassword|ConfirmForgotPassword|ConfirmSignUp|ForgotPassword|GetUser|InitiateAuth|ResendConfirmationCode|RevokeToken|SignUp|UpdateUserAttributes|VerifyUserAttribute)$/;

/** Methods of clients that several functions have and these alone call. */
const callers: Readonly<Record<string, readonly string[]>> = {
  ChangeMessageVisibilityBatch: ["reply-worker"],
  ListUsers: ["admin"],
};

/** What comes with a grant of CDK's, or what Lambda itself asks for. */
const withoutCall =
  /^(?:logs:(?:CreateLogStream|PutLogEvents)|secretsmanager:DescribeSecret|sqs:GetQueueUrl|sqs:GetQueueAttributes)$/;
/** What Lambda does for a function that is fed from a queue. */
const ofEventSources =
  /^sqs:(?:ChangeMessageVisibility|DeleteMessage|GetQueueAttributes|ReceiveMessage|GetQueueUrl)$/;

/** The calls of the SDK in a function's bundle. */
async function callsOf(name: string): Promise<string[]> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [`functions/${name}/index.ts`],
    bundle: true,
    write: false,
    outdir: "unwritten",
    format: "esm",
    platform: "node",
    external: ["@aws-sdk/*", "@gomomento/*"],
    logLevel: "silent",
  });
  const found = outputFiles.flatMap(({ text }) =>
    Array.from(text.matchAll(/\bnew (?:\w+\.)?(\w+)Command\(/g), ([, command = ""]) => command),
  );
  return [...new Set(found)].filter(
    (command) => !unsigned.test(command) && callers[command]?.includes(name) !== false,
  );
}

const providers = [
  { name: "bedrock", kind: "bedrock", models: [{ name: "amazon.nova-lite-v1:0" }] },
] as const;

test("every call of the SDK has its permission, and no function may do more", async () => {
  const made = await synthesise("dev", {
    stages: { dev: { embeddings: {}, models: { providers: structuredClone(providers) as never } } },
  });
  const policies = made.ofType("AWS::IAM::Policy");
  const fed = JSON.stringify(made.ofType("AWS::Lambda::EventSourceMapping"));
  const names = new Set<string>();
  for (const { id, stack, Properties } of made.ofType("AWS::Lambda::Function")) {
    const name = functionOf(Properties);
    if (name === undefined) continue;
    names.add(name);
    const [, role = ""] = JSON.stringify(Properties.Role).match(/"Fn::GetAtt":\["([^"]+)"/) ?? [];
    const granted = policies
      .filter((policy) => policy.stack === stack && JSON.stringify(policy.Properties.Roles).includes(role))
      .flatMap((policy) => actionsOf(policy.Properties));
    const called = (await callsOf(name))
      .map((command) => actions[command] ?? `${command}: no action is listed`)
      // A function that is told of no secret asks for none.
      .filter(
        (action) => action !== actions.GetSecretValue || JSON.stringify(Properties).includes("SECRET_ID"),
      );
    expect(
      called.filter((action) => !granted.includes(action)),
      `${name} may not`,
    ).toEqual([]);
    const isFed = fed.includes(`"${id}"`);
    const surplus = granted.filter(
      (action) =>
        !called.includes(action) && !withoutCall.test(action) && !(isFed && ofEventSources.test(action)),
    );
    expect(surplus, `${name} may, and does not`).toEqual([]);
  }
  expect(names.size).toBeGreaterThan(15);
});
