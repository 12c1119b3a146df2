import { setTimeout as sleep } from "node:timers/promises";
import { createTestDatabase, type TestDatabase } from "@parley/embedded-postgres/test-database";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "./database.ts";
import { DatabaseUnavailable } from "./database-errors.ts";

let server: TestDatabase;
let admin: Database;
beforeAll(async () => {
  server = await createTestDatabase();
  admin = openDatabase(server.url);
});
afterAll(async () => {
  await admin.close();
  await server.drop();
});

const killOthers = `select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid()`;

test("whatever a killed backend leaves behind is a lost connection, and statements work again", async () => {
  const database = openDatabase(server.url, { statementTimeoutMillis: 1_000 });
  const errors: unknown[] = [];
  let isOver = false;
  async function keepAsking(): Promise<void> {
    while (!isOver) {
      await database
        .run(({ orm }) => orm.execute("select pg_sleep(0.002)"))
        .catch((error) => errors.push(error));
      await sleep(1);
    }
  }
  const asking = Array.from({ length: 20 }, keepAsking);
  for (let kills = 0; kills < 40; kills++) {
    await sleep(20);
    await admin.run(({ orm }) => orm.execute(killOthers));
  }
  isOver = true;
  await Promise.all(asking);
  expect(errors.length).toBeGreaterThan(0);
  expect(errors.filter((error) => !(error instanceof DatabaseUnavailable))).toEqual([]);
  expect(await database.run(({ orm }) => orm.execute("select 1 as one"))).toEqual([{ one: 1 }]);
  await database.close();
});

// 22003 is a refusal of the statement; the others pass.
test.each([
  { code: "22003", isLost: false },
  { code: "23505", isLost: false },
  { code: "54000", isLost: false },
  { code: "40001", isLost: true },
  { code: "40P01", isLost: true },
  { code: "53100", isLost: true },
  { code: "57014", isLost: true },
  { code: "25006", isLost: true },
])("an answer of the class of $code: the database is away: $isLost", async ({ code, isLost }) => {
  const raise = `do $$ begin raise exception using errcode = '${code}', message = 'no'; end $$`;
  const raised = admin.run(({ orm }) => orm.execute(raise));
  await expect(raised).rejects.toMatchObject({ code });
  expect(await raised.catch((error: unknown) => error instanceof DatabaseUnavailable)).toBe(isLost);
});
