import { expect, test, vi } from "vitest";
import { DeploymentError } from "../deployment-error.ts";
import { type DeployOptions, deploy } from "./deploy.ts";

const url = "postgres://u:hunter2@db.example/parley";

interface Call {
  name: string;
  input: Record<string, unknown>;
}

/** Secrets Manager with one secret, and what it was asked. */
function secretsManager(initial: string | undefined) {
  let text = initial;
  let version = 1;
  const calls: Call[] = [];
  const send = async (command: { constructor: { name: string }; input: Record<string, unknown> }) => {
    const { name } = command.constructor;
    calls.push({ name, input: command.input });
    if (name === "GetSecretValueCommand" && text === undefined) {
      throw Object.assign(new Error("no such secret"), { name: "ResourceNotFoundException" });
    }
    if (name !== "GetSecretValueCommand") {
      text = String(command.input.SecretString);
      version += 1;
    }
    return { SecretString: text, VersionId: `v${version}` };
  };
  return { client: { send } as unknown as Clients["secrets"], calls, text: () => text };
}

type Clients = DeployOptions["clients"];
const toolkit = { StackId: "arn:aws:cloudformation:eu-central-1:123456789012:stack/CDKToolkit/x" };

/** CloudFormation with these stacks, each with its outputs. */
function cloudFormation(stacks: Readonly<Record<string, Record<string, string>>>): Clients["stacks"] {
  const send = async ({ input }: { input: { StackName: string } }) => {
    const outputs = stacks[input.StackName];
    if (outputs === undefined) throw new Error(`Stack with id ${input.StackName} does not exist`);
    const Outputs = Object.entries(outputs).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue }));
    return { Stacks: [{ ...toolkit, Outputs }] };
  };
  return { send } as unknown as Clients["stacks"];
}

const deployed = {
  CDKToolkit: {},
  "Parley-dev-Api": { Url: "https://a.example/" },
  "Parley-dev-Auth": { UserPoolId: "eu-central-1_a" },
};

function optionsWith(change: Partial<DeployOptions>, secret = secretsManager(undefined)) {
  const said: string[] = [];
  const run = vi.fn<DeployOptions["run"]>(async () => 0);
  const userPools = { send: vi.fn(async () => ({})) };
  const options: DeployOptions = {
    stage: { name: "dev", secretName: "parley/dev", database: "url" },
    region: { region: "eu-central-1", source: "of AWS_REGION" },
    environment: { DATABASE_URL: url, METRICS_TOKEN: "t" },
    clients: {
      secrets: secret.client,
      stacks: cloudFormation(deployed),
      userPools: userPools as unknown as Clients["userPools"],
    },
    ask: undefined,
    say: (line) => said.push(line),
    run,
    check: async () => ["Database: checked."],
    ...change,
  };
  return { options, said, run, secret, userPools };
}

test("the secret is written, the functions bundled and CDK run, in this order", async () => {
  const { options, said, run, secret } = optionsWith({});
  await deploy(options);
  expect(JSON.parse(secret.text() ?? "")).toEqual({ databaseUrl: url, metricsToken: "t" });
  expect(secret.calls.map(({ name }) => name)).toEqual(["GetSecretValueCommand", "CreateSecretCommand"]);
  expect(run.mock.calls).toEqual([
    ["node", ["scripts/build.ts"]],
    [
      "cdk",
      "deploy --all --require-approval never -c stage=dev -c database=url -c region=eu-central-1 -c secretVersion=v2".split(
        " ",
      ),
    ],
  ]);
  expect(said).toContain("Secret parley/dev: created.");
  expect(said.join()).not.toContain("hunter2");
});

test("it says where the deployment is and what is missing, and begins with the account it goes to", async () => {
  const { options, said } = optionsWith({});
  await deploy(options);
  expect(said[0]).toBe("AWS: region eu-central-1 (of AWS_REGION), account 123456789012.");
  expect(said.slice(-6)).toEqual([
    "API          https://a.example",
    "Console      https://a.example/",
    "Check        pnpm deploy:check dev",
    "First admin  pnpm admin:add you@example.com --stage dev",
    "Alarms       nobody is told: export ALARM_EMAIL and deploy again",
    "Scripted     the answers: export OPENAI_API_KEY or ANTHROPIC_API_KEY and deploy again",
  ]);
});

test("a first deployment bootstraps when told to, asks who is told of alarms, and makes the first admin", async () => {
  const answers: Record<string, string> = { alarms: "ops@example.com", admin: "ada@example.com" };
  const ask = async (question: string) => answers[/alarms|admin/.exec(question)?.[0] ?? ""] ?? "";
  const { CDKToolkit: _, ...stacks } = deployed;
  const first = optionsWith({ ask });
  const options = {
    ...first.options,
    clients: { ...first.options.clients, stacks: cloudFormation(stacks) },
  };
  await deploy(options);
  const commands = first.run.mock.calls.map(([program, words]) => [program, words[0]].join(" "));
  expect(commands).toEqual(["node scripts/build.ts", "cdk bootstrap", "cdk deploy"]);
  expect(first.run.mock.calls.at(-1)?.[1]).toContain("alarmEmail=ops@example.com");
  expect(first.userPools.send.mock.calls).toHaveLength(3);
  expect(first.said).toContain(
    'First admin  ada@example.com: set the password in the console, by "Forgot password"',
  );
  const unattended = deploy({ ...options, ask: undefined });
  await expect(unattended).rejects.toThrow(/AWS_REGION=eu-central-1 npx -y pnpm@12 exec cdk bootstrap\.$/);
});

test("a later deployment goes on with the alarms' address that is deployed, unless told another", async () => {
  const present = JSON.stringify({ databaseUrl: url, metricsToken: "t" });
  const stacks = cloudFormation({
    ...deployed,
    "Parley-dev-Observability": { AlarmEmail: "ops@example.com" },
  });
  const alarms = async (environment: Record<string, string>) => {
    const { options, run } = optionsWith({ environment }, secretsManager(present));
    await deploy({ ...options, clients: { ...options.clients, stacks } });
    return run.mock.calls.at(-1)?.[1].at(-1);
  };
  expect(await alarms({})).toBe("alarmEmail=ops@example.com");
  expect(await alarms({ ALARM_EMAIL: "other@example.com" })).toBe("alarmEmail=other@example.com");
});

test("a token for the metrics is made where there is none, told of once, and never shown", async () => {
  const secret = secretsManager(JSON.stringify({ databaseUrl: url }));
  const first = optionsWith({ environment: {} }, secret);
  await deploy(first.options);
  const { metricsToken } = JSON.parse(secret.text() ?? "") as { metricsToken: string };
  expect(metricsToken.length).toBeGreaterThan(30);
  expect(first.said.join()).toContain("a token for GET /metrics was generated");
  expect(first.said.join()).not.toContain(metricsToken);
  const second = optionsWith({ environment: {} }, secret);
  await deploy(second.options);
  expect(second.said).toContain("Secret parley/dev: kept.");
  expect(second.said.join()).not.toContain("generated");
  // The same version: nothing is replaced that has not changed.
  expect(second.run.mock.calls.at(-1)?.[1].at(-1)).toBe("secretVersion=v2");
});

test("a secret that says the same already is left alone, and one that changes gets a new version", async () => {
  const present = JSON.stringify({ databaseUrl: url, metricsToken: "t" });
  const same = optionsWith({}, secretsManager(present));
  await deploy(same.options);
  expect(same.secret.calls).toHaveLength(1);
  expect(same.said).toContain("Secret parley/dev: kept.");
  const changed = optionsWith({ environment: { OPENAI_API_KEY: "k" } }, secretsManager(present));
  await deploy(changed.options);
  expect(changed.secret.calls.at(-1)?.name).toBe("PutSecretValueCommand");
  expect(JSON.parse(changed.secret.text() ?? "")).toEqual({
    databaseUrl: url,
    metricsToken: "t",
    openaiApiKey: "k",
  });
});

test("with a cluster of its own nothing is checked or asked about URLs", async () => {
  const check = vi.fn(async () => []);
  const { options, secret } = optionsWith({
    stage: { name: "prod", secretName: "parley/prod", database: "aurora" },
    environment: { METRICS_TOKEN: "t" },
    check,
  });
  await deploy(options);
  expect(check).not.toHaveBeenCalled();
  expect(secret.text()).toBe('{"metricsToken":"t"}');
});

test.each(["", "hunter2", '["a"]', '{"databaseUrl":1}'])("a secret of %j is not taken", async (text) => {
  const { options, run } = optionsWith({}, secretsManager(text));
  const failure = deploy(options);
  await expect(failure).rejects.toThrow(/^The secret parley\/dev is not a JSON object of strings: put \{\}/);
  expect(run).not.toHaveBeenCalled();
});

test("a database that does not do stops everything before anything is written", async () => {
  const check = async () => {
    throw new DeploymentError("The database of DATABASE_URL cannot be used: nothing listens there.");
  };
  const { options, run, secret } = optionsWith({ check });
  await expect(deploy(options)).rejects.toThrow("nothing listens there.");
  expect(run).not.toHaveBeenCalled();
  expect(secret.text()).toBeUndefined();
});

test.each([
  [{ name: "CredentialsProviderError", message: "x" }, /aws configure sso/],
  [
    { name: "Error", message: "getaddrinfo", code: "ENOTFOUND" },
    /in region eu-central-1: is AWS_REGION right\?/,
  ],
  [
    { name: "AccessDeniedException", message: "User: x is not\nauthorized" },
    /may not do this: User: x is not authorized\.$/,
  ],
  [
    {
      name: "InvalidRequestException",
      message: "You can't perform this operation on the secret because it was marked for deletion.",
    },
    /^The secret parley\/dev is being deleted: aws secretsmanager restore-secret --secret-id parley\/dev/,
  ],
])("an AWS failure of %o is one sentence", async (failure, message) => {
  const send = async () => {
    throw Object.assign(new Error(failure.message), failure);
  };
  const { options } = optionsWith({});
  const failing = { send } as unknown as Clients["secrets"];
  const withFailing = { ...options, clients: { ...options.clients, secrets: failing } };
  await expect(deploy(withFailing)).rejects.toThrow(message);
});

test("a failed build is not deployed, and a failed deployment is told", async () => {
  const broken = optionsWith({ run: vi.fn(async () => 1) });
  await expect(deploy(broken.options)).rejects.toThrow(/do not bundle/);
  expect(broken.options.run).toHaveBeenCalledTimes(1);
  const failing = optionsWith({ run: async (program) => (program === "cdk" ? 1 : 0) });
  await expect(deploy(failing.options)).rejects.toThrow(/^The deployment of dev failed/);
});

test.each([
  [{ DATABASE_URL: "mysql://db" }, "DATABASE_URL is not a postgres:// URL."],
  [{ DATABASE_URL: url, PROVIDER_KEYS: "hunter2" }, "PROVIDER_KEYS "],
  [{ DATABASE_URL: url, ALARM_EMAIL: "ops" }, "ops is not an e-mail address."],
])("what the environment gives is looked at before AWS is asked: %o", async (environment, sentence) => {
  const { options, secret, said } = optionsWith({ environment, clients: undefined as never });
  const failure = deploy(options);
  await expect(failure).rejects.toThrow(sentence);
  await expect(failure).rejects.not.toThrow(/hunter2/);
  expect([...said, ...secret.calls]).toEqual([]);
});

test("an answer that is no address is refused before the next question", async () => {
  const asked: string[] = [];
  const ask = async (question: string) => {
    asked.push(question);
    return question.includes("alarms") ? "ops" : "";
  };
  const { options, run, secret } = optionsWith({ ask });
  await expect(deploy(options)).rejects.toThrow("ops is not an e-mail address.");
  expect(asked.at(-1)).toMatch(/alarms/);
  expect(run).not.toHaveBeenCalled();
  expect(secret.text()).toBeUndefined();
});
