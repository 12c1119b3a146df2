import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { allRoutes } from "@parley/contract/routes/all";
import { afterEach, beforeEach, expect, test } from "vitest";
import { prepareSam } from "./prepare-sam.ts";
import { sampleEvents } from "./sample-events.ts";

let assembly: string;
beforeEach(async () => {
  assembly = await mkdtemp(join(tmpdir(), "parley-sam-"));
});
afterEach(() => rm(assembly, { recursive: true }));

const template = {
  Resources: {
    AccountFunctionA1: {
      Type: "AWS::Lambda::Function",
      Metadata: { "aws:cdk:path": "Parley-dev-Api/Account/Function", "aws:asset:path": "asset.1" },
      Properties: {
        Description: "Parley dev: account",
        Handler: "index.handler",
        Role: { "Fn::GetAtt": ["Role", "Arn"] },
        Environment: {
          Variables: {
            SECRET_ID: "parley/dev",
            SECRET_VERSION: "v1",
            QUEUE_URL: { "Fn::ImportValue": "x" },
            WEBSOCKET_CALLBACK_URL: { "Fn::ImportValue": "y" },
            POWERTOOLS_SERVICE_NAME: "account",
            NEW_USER_TOKENS: "50",
            MONTHLY_TOKENS: "5",
          },
        },
      },
    },
    Api: { Type: "AWS::ApiGatewayV2::Api", Properties: { ProtocolType: "HTTP" } },
  },
};

test("functions get plain variables in place of secrets and imports, and the machine its name in a container", async () => {
  await writeFile(join(assembly, "Parley-dev-Api.template.json"), JSON.stringify(template));
  const plan = await prepareSam(assembly, {
    DATABASE_URL: "postgres://user:pass@localhost:5432/parley",
    QUEUE_URL: "http://127.0.0.1:9324/q",
    USER_POOL_ID: "us-east-1_a",
    MONTHLY_TOKENS: "7",
    METRICS_TOKEN: "m",
    MOMENTO_ENDPOINT: "127.0.0.1:3005",
  });
  expect(plan.missing).toEqual(["USER_POOL_CLIENT_ID"]);
  expect(plan.startApi).toBe(
    `sam local start-api --port 3010 -t ${assembly}/Parley-dev-Api.sam.json --env-vars ${assembly}/sam-environment.json --add-host host.docker.internal:host-gateway --warm-containers LAZY`,
  );
  const { Resources } = JSON.parse(await readFile(join(assembly, "Parley-dev-Api.sam.json"), "utf8"));
  const { Properties, Metadata } = Resources.AccountFunctionA1;
  expect(Metadata).toEqual({ "aws:asset:path": "asset.1" });
  expect(Properties).toMatchObject({
    Handler: "index.handler",
    Architectures: [process.arch === "arm64" ? "arm64" : "x86_64"],
    Environment: { Variables: { DATABASE_URL: "" } },
  });
  expect(JSON.stringify(Properties)).not.toMatch(/SECRET_|ImportValue|Role/);
  expect(Resources.Api).toEqual(template.Resources.Api);
  const variables = JSON.parse(await readFile(plan.environmentFile, "utf8")).AccountFunctionA1;
  expect(variables).toMatchObject({
    DATABASE_URL: "postgres://user:pass@host.docker.internal:5432/parley",
    QUEUE_URL: "http://host.docker.internal:9324/q",
    POWERTOOLS_SERVICE_NAME: "account",
    // What the stage says stays, unless this machine says otherwise.
    NEW_USER_TOKENS: "50",
    MONTHLY_TOKENS: "7",
    METRICS_TOKEN: "m",
    WEBSOCKET_CALLBACK_URL: "",
    MOMENTO_ENDPOINT: "host.docker.internal:3005",
  });
  // SAM has a region of its own, which an empty variable would take away.
  expect(variables).not.toHaveProperty("AWS_REGION");
  for (const { command } of plan.invocations) {
    const file = /-e (\S+)/.exec(command)?.[1] ?? "";
    expect(JSON.parse(await readFile(file, "utf8"))).toMatchObject({ version: "2.0" });
  }
});

test("without a template of the API it says so", async () => {
  await expect(prepareSam(assembly, {})).rejects.toThrow(/There is no template of the API/);
});

test("every function has an event, and every route one of its own", () => {
  const folder = fileURLToPath(new URL("../../../../functions", import.meta.url));
  const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, "index.ts")));
  const events = names.map((name) => [name, sampleEvents(name)] as const);
  expect(events.filter(([, samples]) => samples.size === 0).map(([name]) => name)).toEqual([]);
  const all = new Map(events.flatMap(([, samples]) => [...samples]));
  for (const [name, { path }] of Object.entries(allRoutes)) {
    expect(all.get(name)).toMatchObject({ rawPath: expect.not.stringContaining("{") });
    expect(path).toBeTruthy();
  }
});

test("a sample request keeps the capitals that SAM keeps, and carries the contract's example", () => {
  expect(sampleEvents("messages").get("sendMessage")).toMatchObject({
    routeKey: "POST /v1/conversations/{conversationId}/messages",
    headers: { Authorization: expect.any(String), "Content-Type": "application/json" },
    body: expect.stringContaining('"content"'),
  });
});
