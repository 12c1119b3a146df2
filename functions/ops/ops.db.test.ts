import type { ApiHandler } from "@parley/http/create-api";
import { captureLog } from "@parley/http/testing/capture-log";
import { eventFor, send } from "@parley/http/testing/send";
import { createTestDatabase, type TestDatabase } from "@parley/local/postgres/test-database";
import { afterAll, beforeAll, expect, it, vi } from "vitest";

let database: TestDatabase;
let handler: ApiHandler;

captureLog();

beforeAll(async () => {
  database = await createTestDatabase();
  vi.stubEnv("DATABASE_URL", database.url);
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

it("is healthy while the database answers", async () => {
  const answer = await send(handler, eventFor("GET /health", { authorizer: {} }));
  expect(answer).toMatchObject({ status: 200, body: { status: "ok", database: "reachable" } });
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
