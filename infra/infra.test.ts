import { readFile } from "node:fs/promises";
import { routeKeysOf } from "@parley/contract/gateway";
import { allRoutes } from "@parley/contract/routes/all";
import { billsWhileIdle, idleBill } from "@parley/deployment/check/idle-bill";
import { Stack } from "aws-cdk-lib";
import { Queue } from "aws-cdk-lib/aws-sqs";
import { beforeAll, describe, expect, test } from "vitest";
import * as z from "zod/mini";
import {
  actionsOf,
  functionNames,
  functionOf,
  type Resource,
  type Synthesis,
  synthesise,
} from "./testing/synthesise.ts";

const variants = [
  ["dev", "url"],
  ["dev", "aurora"],
  ["prod", "url"],
  ["prod", "aurora"],
] as const;

// That it synthesises at all says that cdk-nag has nothing left to say.
describe.each(variants)("%s on %s", (stageName, database) => {
  let made: Synthesis;
  beforeAll(async () => {
    made = await synthesise(stageName, { overrides: { database } });
  });

  test("no policy has a wildcard action", () => {
    const actions = made.resources.flatMap(({ Properties }) => actionsOf(Properties));
    expect(actions.length).toBeGreaterThan(10);
    // What queues forbid without TLS.
    expect(actions.filter((action) => action.includes("*"))).toEqual(
      Array.from({ length: 2 }, () => "sqs:*"),
    );
    const denied = made.ofType("AWS::SQS::QueuePolicy").map(({ Properties }) => JSON.stringify(Properties));
    for (const policy of denied) expect(policy).toContain('"Effect":"Deny"');
  });

  test("every log group forgets, and every function has one", () => {
    const groups = made.ofType("AWS::Logs::LogGroup");
    for (const { Properties } of groups) expect(Properties.RetentionInDays).toBeLessThanOrEqual(30);
    for (const { id, Properties } of made.ofType("AWS::Lambda::Function"))
      expect(Properties, id).toHaveProperty("LoggingConfig.LogGroup");
    const ours = made.ofType("AWS::Lambda::Function").filter(isOurs);
    expect(new Set(ours.map(nameOf))).toEqual(new Set(functionNames.filter((name) => name !== "embedder")));
    for (const { Properties } of ours) {
      expect(Properties).toMatchObject({
        Runtime: "nodejs24.x",
        Architectures: ["arm64"],
        Environment: { Variables: { POWERTOOLS_TRACE_ENABLED: "false" } },
        LoggingConfig: { LogGroup: expect.anything() },
      });
      expect(Properties).not.toHaveProperty("TracingConfig");
      expect(Properties).not.toHaveProperty("ReservedConcurrentExecutions");
    }
  });

  test("nothing always on but what docs/operations.md prices", async () => {
    expect(idleCosts(made)).toEqual(database === "url" ? idleWithUrl : { ...idleWithUrl, ...idleWithAurora });
    // The stage's own secret is in no stack.
    const types = [...made.resources.map(({ Type }) => Type), "AWS::SecretsManager::Secret"];
    const { dollars, unpriced } = idleBill(types);
    expect(unpriced).toEqual([]);
    const handbook = await readFile(new URL("../docs/operations.md", import.meta.url), "utf8");
    const row = database === "url" ? "any Postgres by URL: all of the above" : "Aurora: sum of both parts";
    expect(handbook).toContain(`| **${row}** | **${dollars.toFixed(2)}** |`);
  });

  test("prod keeps data and dev does not", () => {
    const [pool] = made.ofType("AWS::Cognito::UserPool");
    expect(pool?.DeletionPolicy).toBe(stageName === "prod" ? "Retain" : "Delete");
    for (const cluster of made.ofType("AWS::RDS::DBCluster")) {
      expect(cluster.DeletionPolicy).toBe(stageName === "prod" ? "Retain" : "Delete");
      expect(cluster.Properties.DeletionProtection).toBe(stageName === "prod");
    }
    for (const secret of made.ofType("AWS::SecretsManager::Secret"))
      expect(secret.DeletionPolicy).toBe(stageName === "prod" ? "Retain" : "Delete");
  });
});

const idleWithUrl = {
  "AWS::CloudWatch::Alarm": 7,
  "AWS::CloudWatch::Dashboard": 1,
  // Wakes a database that sleeps.
  "AWS::Events::Rule": 1,
  "AWS::Lambda::EventSourceMapping": 2,
};
const idleWithAurora = {
  "AWS::EC2::Instance": 1,
  "AWS::RDS::DBCluster": 1,
  "AWS::RDS::DBInstance": 1,
  "AWS::SecretsManager::Secret": 1,
};

function idleCosts(made: Synthesis): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { Type, Properties } of made.resources) {
    const isExtra =
      "ProvisionedConcurrencyConfig" in Properties ||
      "TracingConfig" in Properties ||
      JSON.stringify(Properties).includes('"DetailedMetricsEnabled":true');
    if (!billsWhileIdle(Type) && !isExtra) continue;
    counts[Type] = (counts[Type] ?? 0) + 1;
  }
  return counts;
}

const isOurs = ({ Properties }: Resource) => functionOf(Properties) !== undefined;
const nameOf = ({ Properties }: Resource) => functionOf(Properties) ?? "";

/** Of the HTTP API: the WebSocket API has a stack and a test of its own. */
function ofApi(made: Synthesis, kind: string) {
  return made.ofType(`AWS::ApiGatewayV2::${kind}`).filter(({ stack }) => stack === "Api");
}

describe("the default stage", () => {
  let made: Synthesis;
  beforeAll(async () => {
    made = await synthesise("dev");
  });

  test("has the contract's routes and no other", () => {
    const routes = ofApi(made, "Route").map(({ Properties }) => Properties);
    const keys = Object.values(allRoutes).flatMap(routeKeysOf);
    expect(routes.map(({ RouteKey }) => RouteKey).toSorted()).toEqual([...keys, "$default"].toSorted());
    for (const route of Object.values(allRoutes)) {
      for (const properties of routes.filter(({ RouteKey }) => routeKeysOf(route).includes(String(RouteKey))))
        expect(properties.AuthorizationType ?? "NONE").toBe(route.auth === "user" ? "CUSTOM" : "NONE");
    }
  });

  test("sends each route to the function that the contract names", () => {
    const integrations = new Map(
      made
        .ofType("AWS::ApiGatewayV2::Integration")
        .map(({ id, Properties }) => [id, JSON.stringify(Properties)]),
    );
    for (const { Properties } of ofApi(made, "Route")) {
      const route = Object.values(allRoutes).find((one) =>
        routeKeysOf(one).includes(String(Properties.RouteKey)),
      );
      const target = JSON.stringify(Properties.Target);
      const [, integration] = [...integrations].find(([id]) => target.includes(id)) ?? [];
      const logicalName = (route?.function ?? "ops").replaceAll("-", "");
      expect(integration?.toLowerCase()).toContain(`"${logicalName}function`);
    }
  });

  test("has a function for each that the contract names", () => {
    const served = new Set<string>(Object.values(allRoutes).map((route) => route.function));
    for (const name of served) expect(functionNames).toContain(name);
  });

  test("has one authorizer, with simple responses and a cache", () => {
    const authorizers = ofApi(made, "Authorizer");
    expect(authorizers.map(({ Properties }) => Properties)).toEqual([
      expect.objectContaining({
        AuthorizerType: "REQUEST",
        AuthorizerPayloadFormatVersion: "2.0",
        EnableSimpleResponses: true,
        AuthorizerResultTtlInSeconds: 60,
        IdentitySource: ["$request.header.Authorization"],
      }),
    ]);
  });

  test("feeds the worker in batches of ten whose failures go back one by one", () => {
    const mappings = made.ofType("AWS::Lambda::EventSourceMapping").map(({ Properties }) => Properties);
    expect(mappings).toHaveLength(2);
    for (const mapping of mappings) {
      expect(mapping).toMatchObject({
        BatchSize: 10,
        FunctionResponseTypes: ["ReportBatchItemFailures"],
      });
    }
    const jobs = mappings.find(({ EventSourceArn }) => JSON.stringify(EventSourceArn).includes("QueueJobs"));
    expect(jobs?.ScalingConfig).toEqual({ MaximumConcurrency: 4 });
  });

  test("hides a job for six times as long as its function may run, and gives up after five attempts", () => {
    const timeouts = new Map(
      made.ofType("AWS::Lambda::Function").map(({ id, Properties }) => [id, Number(Properties.Timeout)]),
    );
    const queues = made.ofType("AWS::SQS::Queue");
    expect(queues).toHaveLength(2);
    for (const mapping of made.ofType("AWS::Lambda::EventSourceMapping")) {
      const text = JSON.stringify(mapping.Properties);
      const queue = queues.find(({ id }) => text.includes(`"${id}"`));
      const [, timeout = Number.NaN] = [...timeouts].find(([id]) => text.includes(`"${id}"`)) ?? [];
      expect(queue?.Properties.VisibilityTimeout).toBeGreaterThanOrEqual(6 * timeout);
    }
    const redrives = queues.flatMap(({ Properties }) => Properties.RedrivePolicy ?? []);
    expect(redrives).toEqual([expect.objectContaining({ maxReceiveCount: 5 })]);
  });

  test("wakes the database no more than once in six hours", () => {
    const rules = made.ofType("AWS::Events::Rule").map(({ Properties }) => Properties.ScheduleExpression);
    expect(rules).toEqual(["rate(6 hours)"]);
    expect(made.ofType("AWS::Scheduler::Schedule")).toEqual([]);
  });

  test("lets only the invited in", () => {
    const [pool] = made.ofType("AWS::Cognito::UserPool");
    expect(pool?.Properties).toMatchObject({
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
      LambdaConfig: { PostConfirmation: expect.anything(), PreSignUp: expect.anything() },
    });
    const [client] = made.ofType("AWS::Cognito::UserPoolClient");
    expect(client?.Properties).toMatchObject({
      GenerateSecret: false,
      EnableTokenRevocation: true,
      PreventUserExistenceErrors: "ENABLED",
    });
    expect(client?.Properties.ExplicitAuthFlows).toContain("ALLOW_USER_PASSWORD_AUTH");
  });

  test("migrates before anything else is deployed, and stops when that fails", async () => {
    const handbook = await readFile(new URL("../docs/operations.md", import.meta.url), "utf8");
    const [trigger] = made.ofType("Custom::Trigger");
    // The way out of a rollback without a database names it.
    expect(handbook).toContain(`--resources-to-skip ${trigger?.id}\n`);
    expect(trigger?.Properties).toMatchObject({
      ExecuteOnHandlerChange: true,
      InvocationType: "RequestResponse",
    });
  });

  test("lets only the deletion of accounts, and what finishes one, remove people from the pool", () => {
    const holders = (action: string) =>
      made
        .ofType("AWS::IAM::Policy")
        .filter(({ Properties }) => actionsOf(Properties).includes(`cognito-idp:${action}`))
        .map(({ id }) => id.replace(/Role.*/, ""))
        .toSorted();
    expect(holders("AdminDeleteUser")).toEqual(["Account", "Admin", "ReplySweeper"]);
    expect(holders("ListUsers")).toEqual(["Admin"]);
    expect(holders("AdminUserGlobalSignOut")).toEqual(["Auth", expect.stringContaining("EndSessions")]);
    const pools = made
      .ofType("AWS::Lambda::Function")
      .filter(({ Properties }) => JSON.stringify(Properties.Environment ?? {}).includes('"USER_POOL_ID"'));
    expect(new Set(pools.map(nameOf))).toEqual(
      new Set(["account", "admin", "auth", "authorizer", "reply-sweeper"]),
    );
  });

  test("gives secrets only to functions that need one", () => {
    const withoutSecrets = made
      .ofType("AWS::Lambda::Function")
      .filter(isOurs)
      .filter(({ Properties }) => !JSON.stringify(Properties.Environment).includes("SECRET_ID"))
      .map(nameOf);
    expect(new Set(withoutSecrets)).toEqual(new Set(["authorizer", "console", "docs", "pre-sign-up"]));
  });
});

test("cdk-nag would find something", async () => {
  const careless = synthesise("dev", {
    change: (app) => {
      new Queue(new Stack(app, "Careless"), "Plain");
    },
  });
  await expect(careless).rejects.toThrow("AwsSolutions-SQS4");
});

test("every alarm has a line of runbook and a chapter in docs/operations.md", async () => {
  const handbook = await readFile(new URL("../docs/operations.md", import.meta.url), "utf8");
  const made = await synthesise("dev", { stages: { dev: { limits: { totalStoredMegabytes: 400 } } } });
  for (const { Properties } of made.ofType("AWS::CloudWatch::Alarm")) {
    const { AlarmDescription } = z.object({ AlarmDescription: z.string() }).parse(Properties);
    const title = /^(.*?)\. /.exec(AlarmDescription)?.[1] ?? "";
    expect(handbook).toContain(`**${title}**`);
    expect(AlarmDescription.length).toBeGreaterThan(title.length + 60);
  }
});
