import { openDatabase } from "@parley/data/database";
import { createTestDatabase, type TestDatabase } from "@parley/embedded-postgres/test-database";
import type { ApiHandler } from "@parley/http/create-api";
import { captureLog } from "@parley/http/testing/capture-log";
import { eventFor, lambdaContext, send } from "@parley/http/testing/send";
import { afterAll, beforeAll, expect, it, vi } from "vitest";

let database: TestDatabase;
let handler: ApiHandler;

captureLog();

beforeAll(async () => {
  database = await createTestDatabase();
  vi.stubEnv("DATABASE_URL", database.url);
  // Port 1 is reserved; nothing listens there.
  vi.stubEnv("QUEUE_URL", "http://127.0.0.1:1/queue");
  vi.stubEnv("AWS_REGION", "us-east-1");
  vi.stubEnv("AWS_ENDPOINT_URL_SQS", "http://127.0.0.1:1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
  vi.stubEnv("METRICS_TOKEN", "a-token");
  for (const name of [
    "SECRET_ID",
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "ANTHROPIC_API_KEY",
    "DEFAULT_MODEL",
  ]) {
    vi.stubEnv(name, "");
  }
  ({ handler } = await import("./index.ts"));
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await database.drop();
});

it("is up for anybody, and asks the database for who has the token", async () => {
  const statements = `select calls from (select count(*) as calls from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()) as others`;
  const ask = (headers: Record<string, string>, rawQueryString: string) =>
    send(handler, eventFor("GET /health", { authorizer: {}, headers, rawQueryString }));
  expect(await ask({}, "")).toMatchObject({ status: 200, body: { status: "ok" } });
  expect((await ask({}, "deep=1")).status).toBe(401);
  const watcher = openDatabase(database.url);
  // No connection has been opened for these.
  expect(await watcher.run(({ orm }) => orm.execute(statements))).toEqual([{ calls: "0" }]);
  const answer = await ask({ authorization: "Bearer a-token" }, "deep=1");
  expect(answer).toMatchObject({ status: 200, body: { status: "ok", database: "reachable" } });
  expect(await watcher.run(({ orm }) => orm.execute(statements))).toEqual([{ calls: "1" }]);
  await watcher.close();
});

it("lists the offline models to a user seen for the first time", async () => {
  const answer = await send(handler, eventFor("GET /v1/models"));
  expect(answer.status).toBe(200);
  expect(answer.body).toHaveProperty("data.0.id", "scripted/demo");
});

it("wants a user for the models", async () => {
  expect((await send(handler, eventFor("GET /v1/models", { authorizer: {} }))).status).toBe(401);
});

it("answers whatever no route matches", async () => {
  const answer = await send(handler, eventFor("$default"));
  expect(answer).toMatchObject({ status: 404, body: { type: "/problems/not-found" } });
});

it("gives its metrics to who has the token, and without those of a queue that does not answer", async () => {
  const ask = (authorization: string) =>
    handler(eventFor("GET /metrics", { authorizer: {}, headers: { authorization } }), lambdaContext);
  expect((await ask("Bearer another")).statusCode).toBe(401);
  const answer = await ask("Bearer a-token");
  expect(answer.headers).toMatchObject({ "Content-Type": "text/plain; version=0.0.4; charset=utf-8" });
  expect(answer.body).toContain("\nparley_users 1\n");
  expect(answer.body).toContain('\nparley_replies_unfinished{status="queued"} 0\n');
  expect(answer.body).not.toContain("parley_queue_messages");
});
