import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import postgres from "postgres";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { isAlive } from "./process-identity.ts";
import { type LocalPostgres, startPostgres } from "./start-postgres.ts";
import { StartupError } from "./startup-error.ts";
import { throwAwayFolder } from "./throw-away.ts";

let dataDir: string;
let running: LocalPostgres[];

beforeEach(async () => {
  dataDir = await throwAwayFolder();
  running = [];
});

afterEach(async () => {
  for (const server of running) await server.stop();
  await rm(dataDir, { recursive: true, force: true });
});

async function start(
  options: { port?: number; onProgress?: (line: string) => void } = {},
): Promise<LocalPostgres> {
  const server = await startPostgres({ dataDir, ...options });
  running.push(server);
  return server;
}

async function query(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await sql.unsafe(statement);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

test("a second start keeps the data and takes under a second", async () => {
  const first = await start();
  expect(await query(first.url, "select current_setting('server_encoding') as encoding, version()")).toEqual([
    { encoding: "UTF8", version: expect.stringContaining("PostgreSQL 18") },
  ]);
  await query(first.url, "create table kept as select 'é' as text");
  await first.stop();
  expect(isAlive(first.pid)).toBe(false);

  const began = performance.now();
  const second = await start();
  expect(performance.now() - began).toBeLessThan(1000);
  expect(await query(second.url, "select * from kept")).toEqual([{ text: "é" }]);
});

test("a wrong password is refused", async () => {
  const server = await start();
  const url = new URL(server.url);
  url.password = "wrong";
  await expect(query(url.href, "select 1")).rejects.toMatchObject({ code: "28P01" });
});

test("the server that a killed stack left behind is taken down, its commits kept", async () => {
  const script = `
    import { startPostgres } from ${JSON.stringify(new URL("./start-postgres.ts", import.meta.url).href)};
    const server = await startPostgres({ dataDir: ${JSON.stringify(dataDir)} });
    console.log(JSON.stringify({ url: server.url, pid: server.pid }));
    setInterval(() => {}, 1000);`;
  const stack = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(stack.stdout, "data");
  const orphan = JSON.parse(String(line));
  await query(orphan.url, "create table kept as select 1 as number");
  stack.kill("SIGKILL");
  await once(stack, "exit");
  expect(isAlive(orphan.pid)).toBe(true);

  const lines: string[] = [];
  const server = await start({ onProgress: (progress) => lines.push(progress) });
  expect(isAlive(orphan.pid)).toBe(false);
  expect(lines).toEqual([`Ending the Postgres that an earlier run left behind (process ${orphan.pid})`]);
  expect(await query(server.url, "select * from kept")).toEqual([{ number: 1 }]);
});

test("a server killed with -9 comes back on its port with every commit", async () => {
  const server = await start();
  await query(server.url, "create table kept as select 1 as number");
  const killed = server.pid;
  process.kill(killed, "SIGKILL");
  await vi.waitFor(() => expect(server.pid).not.toBe(killed), { timeout: 10_000 });
  expect(await query(server.url, "select * from kept")).toEqual([{ number: 1 }]);
});

test("an outage ends on the same port with every commit", async () => {
  const server = await start();
  await query(server.url, "create table kept as select 1 as number");
  const outage = server.outage(200);
  await vi.waitFor(() =>
    expect(query(server.url, "select 1")).rejects.toMatchObject({ code: "ECONNREFUSED" }),
  );
  await outage;
  expect(await query(server.url, "select * from kept")).toEqual([{ number: 1 }]);
});

test("a port in use is one sentence", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const address = other.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  await expect(startPostgres({ dataDir, port })).rejects.toThrow(
    new StartupError(`Port ${port}, wanted for Postgres, is in use.`),
  );
  other.close();
});

test("a broken data folder is one sentence that names it", async () => {
  const server = await start();
  await server.stop();
  await rm(join(server.folder, "global", "pg_control"));
  await expect(startPostgres({ dataDir })).rejects.toThrow(
    /^Postgres does not start on the data folder .*could not find the database system/,
  );
  await writeFile(join(server.folder, "PG_VERSION"), "9\n");
  await expect(startPostgres({ dataDir })).rejects.toThrow(/is broken: Postgres 9 wrote it and this is 18/);
  await rm(join(server.folder, "PG_VERSION"));
  await expect(startPostgres({ dataDir })).rejects.toThrow(/is not a Postgres database/);
});

test("a data folder whose path is a file is one sentence", async () => {
  const file = join(dataDir, "file");
  await writeFile(file, "");
  await expect(startPostgres({ dataDir: join(file, "data") })).rejects.toThrow(
    new StartupError(`The data folder ${join(file, "data")} cannot be used: a part of its path is a file.`),
  );
});
