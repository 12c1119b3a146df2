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
  return { client: { send } as unknown as DeployOptions["client"], calls, text: () => text };
}

function optionsWith(change: Partial<DeployOptions>, secret = secretsManager(undefined)) {
  const said: string[] = [];
  const run = vi.fn<DeployOptions["run"]>(async () => 0);
  const options: DeployOptions = {
    stage: { name: "dev", secretName: "parley/dev", database: "url" },
    region: "eu-central-1",
    environment: { DATABASE_URL: url, METRICS_TOKEN: "t" },
    client: secret.client,
    ask: undefined,
    say: (line) => said.push(line),
    run,
    check: async () => ["Database: checked."],
    ...change,
  };
  return { options, said, run, secret };
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
  [{ name: "Error", message: "Region is missing" }, /export AWS_REGION/],
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
  const { options } = optionsWith({ client: { send } as unknown as DeployOptions["client"] });
  await expect(deploy(options)).rejects.toThrow(message);
});

test("a failed build is not deployed, and a failed deployment is told", async () => {
  const broken = optionsWith({ run: vi.fn(async () => 1) });
  await expect(deploy(broken.options)).rejects.toThrow(/do not bundle/);
  expect(broken.options.run).toHaveBeenCalledTimes(1);
  const failing = optionsWith({ run: async (program) => (program === "cdk" ? 1 : 0) });
  await expect(deploy(failing.options)).rejects.toThrow(/^The deployment of dev failed/);
});
