import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { createTestDatabase, type TestDatabase } from "@parley/embedded-postgres/test-database";
import { sql } from "drizzle-orm";
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

/** Lets no byte more through after this many, in the middle of an answer. */
async function cutAfter(port: number, bytes: () => number) {
  const proxy = createServer((client) => {
    const backend = connect(port, "127.0.0.1");
    let left = bytes();
    client.on("error", () => {}).pipe(backend);
    backend.on("error", () => {}).on("close", () => client.destroy());
    backend.on("data", (data: Buffer) => {
      client.write(data.subarray(0, left));
      left -= data.length;
      if (left <= 0) backend.destroy();
    });
    client.on("close", () => backend.destroy());
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  return proxy;
}

test("no statement is given another's answer, or none, wherever the connection ends", async () => {
  const url = new URL(server.url);
  const proxy = await cutAfter(Number(url.port), () => 1_000 + Math.floor(Math.random() * 20_000));
  url.port = String((proxy.address() as AddressInfo).port);
  const database = openDatabase(url.href, { statementTimeoutMillis: 2_000 });
  let [answers, losses] = [0, 0];
  async function ask(asked: number): Promise<void> {
    const columns = Array.from({ length: 1 + (asked % 5) }, (_, index) => `$1::text as c${index}`);
    const text = sql.raw(`select ${columns.join(", ")}`.replaceAll("$1::text", `'${asked}'::text`));
    try {
      const rows = await database.run(({ orm }) => orm.execute(text));
      const wanted = Object.fromEntries(columns.map((_, index) => [`c${index}`, String(asked)]));
      expect([...rows]).toEqual([wanted]);
      answers++;
    } catch (error) {
      if (!(error instanceof DatabaseUnavailable)) throw error;
      losses++;
    }
  }
  async function keepAsking(who: number): Promise<void> {
    for (let count = 0; count < 200; count++) await ask(who * 1_000 + count);
  }
  await Promise.all(Array.from({ length: 20 }, (_, who) => keepAsking(who)));
  expect(answers).toBeGreaterThan(100);
  expect(losses).toBeGreaterThan(20);
  await database.close();
  proxy.close();
});

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
