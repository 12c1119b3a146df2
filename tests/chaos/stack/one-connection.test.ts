import { setTimeout as sleep } from "node:timers/promises";
import { openDatabase } from "@parley/data/database";
import { createTestDatabase, type TestDatabase } from "@parley/embedded-postgres/test-database";
import postgres from "postgres";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";

let database: TestDatabase;
let wire: TcpProxy;

beforeAll(async () => {
  database = await createTestDatabase();
  wire = await startTcpProxy(Number(new URL(database.url).port));
});

afterAll(async () => {
  await wire.close();
  await database.drop();
});

it("leaves one connection to an environment after outages under load, and none after its end", async () => {
  const url = new URL(database.url);
  url.hostname = "127.0.0.1";
  url.port = String(wire.port);
  const environment = openDatabase(url.href);
  const watcher = postgres(database.url, { max: 1, onnotice: () => {} });
  const connections = async () => {
    const [row] = await watcher`select count(*)::integer as n from pg_stat_activity
      where datname = current_database() and application_name = 'parley'`;
    return row?.n;
  };
  let isOver = false;
  let served = 0;
  const reply = async () => {
    while (!isOver) {
      const isServed = await environment
        .run(async ({ orm }) => orm.execute("select pg_sleep(0.02)"))
        .then(
          () => true,
          () => false,
        );
      if (isServed) served += 1;
      else await sleep(50);
    }
  };
  // As many as a worker runs at once.
  const replies = Array.from({ length: 10 }, reply);
  for (let outage = 0; outage < 5; outage++) {
    await sleep(300);
    wire.setDown(true);
    await sleep(200 + 200 * outage);
    wire.setDown(false);
  }
  await expect.poll(connections, { timeout: 10_000 }).toBe(1);
  const servedInOutages = served;
  await expect.poll(() => served, { timeout: 10_000 }).toBeGreaterThan(servedInOutages + 10);
  // A connection that was left behind begins seconds later.
  await sleep(2_000);
  expect(await connections()).toBe(1);
  isOver = true;
  await Promise.all(replies);
  await environment.close();
  await expect.poll(connections).toBe(0);
  await watcher.end();
});
