import { randomUUID } from "node:crypto";
import { administer } from "@parley/embedded-postgres/administer";
import { createTestDatabase, type TestDatabase } from "@parley/embedded-postgres/test-database";
import type { ApiHandler } from "@parley/http/create-api";
import { captureLog } from "@parley/http/testing/capture-log";
import { eventFor, send } from "@parley/http/testing/send";
import {
  type SecretsManager,
  startSecretsManager,
} from "@parley/local/secrets-manager/start-secrets-manager";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

const role = `rotated_${process.pid}`;
let database: TestDatabase;
let manager: SecretsManager;
let handler: ApiHandler;

captureLog();

async function setPassword(): Promise<string> {
  const password = randomUUID();
  await administer(database.url, `alter role ${role} password '${password}'`);
  const url = new URL(database.url);
  url.username = role;
  url.password = password;
  return JSON.stringify({ databaseUrl: url.href });
}

/** What a pooler, a failover or a quiet hour does to the connection of a function. */
async function cutConnections(): Promise<void> {
  await administer(
    database.url,
    `select pg_terminate_backend(pid) from pg_stat_activity where usename = '${role}'`,
  );
  await new Promise((resolve) => setTimeout(resolve, 50));
}

beforeEach(async () => {
  database = await createTestDatabase();
  manager = await startSecretsManager();
  await administer(database.url, `create role ${role} superuser login`);
  manager.put(await setPassword());
  vi.stubEnv("AWS_ENDPOINT_URL_SECRETS_MANAGER", manager.endpoint);
  vi.stubEnv("AWS_REGION", "us-east-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
  vi.stubEnv("SECRET_ID", "parley/dev");
  vi.resetModules();
  ({ handler } = await import("./index.ts"));
});

afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await manager.close();
  await database.drop();
  await administer(database.url.replace(/\/[^/]*$/, "/postgres"), `drop role ${role}`);
});

function list(sub: string) {
  return send(handler, eventFor("GET /v1/system-prompts", { authorizer: { sub } }));
}

test("a password that is rotated under a running function is fetched and used by the request that meets it", async () => {
  const idsOf = async (sub: string) =>
    ((await list(sub)).body as { data: { id: string }[] }).data.map(({ id }) => id);
  const [hers, theirs] = [await idsOf("ada"), await idsOf("eve")];
  expect(manager.requests).toHaveLength(1);
  manager.put(await setPassword());
  await cutConnections();
  expect(await idsOf("ada")).toEqual(hers);
  expect(await idsOf("eve")).toEqual(theirs);
  expect(hers).not.toEqual(theirs);
  expect(manager.requests).toHaveLength(2);
});

test("until the secret says the new one too, requests are 503, and Secrets Manager is asked once in ten seconds", async () => {
  await list("ada");
  const rotated = await setPassword();
  await cutConnections();
  for (let count = 0; count < 5; count++) {
    expect(await list("ada")).toMatchObject({ status: 503, headers: { "retry-after": expect.any(String) } });
  }
  expect(manager.requests).toHaveLength(2);
  manager.put(rotated);
  const later = performance.now() + 10_000;
  vi.spyOn(performance, "now").mockImplementation(() => later);
  expect((await list("ada")).status).toBe(200);
  expect((await list("eve")).status).toBe(200);
  expect(manager.requests).toHaveLength(3);
});
