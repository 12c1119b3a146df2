import { type Database, openDatabase } from "@parley/data/database";
import { createTestDatabase, type TestDatabase } from "@parley/embedded-postgres/test-database";
import type { ApiHandler } from "@parley/http/create-api";
import { captureLog } from "@parley/http/testing/capture-log";
import { eventFor, send } from "@parley/http/testing/send";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";

let server: TestDatabase;
let database: Database;
let handler: ApiHandler;

captureLog();

beforeAll(async () => {
  server = await createTestDatabase();
  database = openDatabase(server.url);
});

beforeEach(async () => {
  vi.resetModules();
  vi.stubEnv("DATABASE_URL", server.url);
  vi.stubEnv("SECRET_ID", "");
  vi.stubEnv("USER_POOL_ID", "us-east-1_Parley123");
  vi.stubEnv("NEW_USER_TOKENS", "100");
  vi.stubEnv("MONTHLY_TOKENS", "1000");
  ({ handler } = await import("./index.ts"));
});

afterEach(() => {
  vi.unstubAllEnvs();
});

afterAll(async () => {
  await database.close();
  await server.drop();
});

const tokensOf = (sub: string) =>
  send(handler, eventFor("GET /v1/me/tokens", { authorizer: { sub, username: sub, groups: "" } }));

it("says when a balance is topped up next", async () => {
  const answer = await tokensOf("sub-ada");
  const now = new Date();
  const nextAt = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1)).toISOString();
  const refill = { monthlyTokens: 1000, nextAt };
  expect(answer).toMatchObject({ status: 200, body: { balance: 100, held: 0, available: 100, refill } });
});

it("tops it up when its user is seen in a later month, and nobody else's", async () => {
  await tokensOf("sub-eve");
  await tokensOf("sub-late");
  await database.run(async ({ orm }) =>
    orm.execute("update users set refilled_at = now() - interval '32 days' where cognito_sub = 'sub-late'"),
  );
  // Another environment, which has not seen either of them.
  vi.resetModules();
  ({ handler } = await import("./index.ts"));
  expect((await tokensOf("sub-late")).body).toMatchObject({ balance: 1000 });
  expect((await tokensOf("sub-eve")).body).toMatchObject({ balance: 100 });
  const ledger = await send(
    handler,
    eventFor("GET /v1/me/tokens/ledger", { authorizer: { sub: "sub-late", username: "", groups: "" } }),
  );
  expect(ledger.body).toMatchObject({
    data: [
      { kind: "grant", reason: "refill", amount: 900, balance: 1000 },
      { kind: "grant", reason: "welcome", amount: 100, balance: 100 },
    ],
  });
});
