import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { administer } from "@parley/embedded-postgres/administer";
import { expect, inject, test } from "vitest";
import { checkDatabase } from "./check-database.ts";
import { startForgetfulPooler } from "./forgetful-pooler.fixture.ts";

const databaseUrl = inject("databaseUrl");

test("a database that will do is described", async () => {
  const lines = await checkDatabase({ databaseUrl });
  expect(lines[0]).toMatch(/^Database: Postgres 18\.\d+.*, (?:no )?pgvector/);
});

test("a cluster of its own has no URL to check", async () => {
  expect(await checkDatabase({})).toEqual([]);
});

test("a direct URL of another database is refused: migrations would not reach what functions use", async () => {
  const other = new URL(databaseUrl);
  other.pathname = "/postgres";
  await expect(checkDatabase({ databaseUrl, directDatabaseUrl: databaseUrl })).resolves.toHaveLength(1);
  await expect(checkDatabase({ databaseUrl, directDatabaseUrl: other.href })).rejects.toThrow(
    "DIRECT_DATABASE_URL names another database than DATABASE_URL",
  );
});

test("a pooler that forgets prepared statements is refused, though the driver makes up for it", async () => {
  const pooler = await startForgetfulPooler(databaseUrl);
  const failure = checkDatabase({ databaseUrl: pooler.url, directDatabaseUrl: databaseUrl });
  await expect(failure).rejects.toThrow(/^The pooler of DATABASE_URL does not keep prepared statements: use/);
  await pooler.close();
});

test("a user who may not make tables is refused", async () => {
  const role = `reader_${process.pid}`;
  await administer(databaseUrl, `create role ${role} login password 'hunter2'`);
  try {
    const reader = new URL(databaseUrl);
    reader.username = role;
    reader.password = "hunter2";
    const failure = checkDatabase({ databaseUrl, directDatabaseUrl: reader.href });
    await expect(failure).rejects.toThrow("The user of DIRECT_DATABASE_URL may not make tables");
  } finally {
    await administer(databaseUrl, `drop role ${role}`);
  }
});

test("a database that is not there is said without its URL", async () => {
  const nowhere = new URL(databaseUrl);
  nowhere.pathname = "/nowhere";
  const failure = checkDatabase({ databaseUrl: nowhere.href });
  await expect(failure).rejects.toThrow(
    "The database of DATABASE_URL cannot be used: the database that it names does not exist.",
  );
  await expect(failure).rejects.not.toThrow(/postgres:\/\//);
});

test("neither is a port that nobody listens on", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const failure = checkDatabase({
    databaseUrl,
    directDatabaseUrl: `postgres://u:hunter2@127.0.0.1:${port}/x`,
  });
  await expect(failure).rejects.toThrow(
    "The database of DIRECT_DATABASE_URL cannot be used: nothing listens there.",
  );
});
