import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { administer, databaseAt } from "@parley/embedded-postgres/administer";
import { afterEach, beforeEach, expect, inject, test, vi } from "vitest";
import * as z from "zod/mini";

const migrations = fileURLToPath(new URL("../../migrations", import.meta.url));
const journalSchema = z.looseObject({
  entries: z.array(z.looseObject({ when: z.number() })).check(z.minLength(1)),
});
const name = `test_migrate_${process.pid}`;
let folder: string;

beforeEach(async () => {
  await administer(inject("databaseUrl"), `create database ${name} template template0`);
  folder = join(await mkdtemp(join(tmpdir(), "parley-migrations-")), "migrations");
  await cp(migrations, folder, { recursive: true });
  vi.stubEnv("DIRECT_DATABASE_URL", databaseAt(inject("databaseUrl"), name));
  vi.stubEnv("MIGRATIONS_FOLDER", folder);
  vi.resetModules();
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await administer(inject("databaseUrl"), `drop database ${name} with (force)`);
  await rm(join(folder, ".."), { recursive: true });
});

async function start(): Promise<() => Promise<unknown>> {
  vi.resetModules();
  return (await import("./index.ts")).handler;
}

async function addMigration(tag: string, text: string): Promise<void> {
  const file = join(folder, "meta/_journal.json");
  const journal = journalSchema.parse(JSON.parse(await readFile(file, "utf8")));
  const last = journal.entries[journal.entries.length - 1];
  journal.entries.push({ ...last, idx: journal.entries.length, when: (last?.when ?? 0) + 1, tag });
  await writeFile(file, JSON.stringify(journal));
  await writeFile(join(folder, `${tag}.sql`), text);
}

test("two runs at once, and one more, apply each migration once", async () => {
  const [first, second] = [await start(), await start()];
  expect(await Promise.all([first(), second()])).toEqual([{ migrated: true }, { migrated: true }]);
  expect(await first()).toEqual({ migrated: true });
});

test("a migration that fails stops the deployment with its code and changes nothing", async () => {
  const run = await start();
  await run();
  await addMigration("9999_broken", "create table half (id text); select 1 / 0 as secret;");
  const failure = expect(run()).rejects;
  await failure.toThrow(/^The migrations were not applied, .*: PostgresError 22012\.$/);
  await writeFile(join(folder, "9999_broken.sql"), "create table half (id text);");
  expect(await run()).toEqual({ migrated: true });
});

test("a missing database is said in one sentence, without the URL", async () => {
  vi.stubEnv("DIRECT_DATABASE_URL", databaseAt(inject("databaseUrl"), "nowhere"));
  const failure = expect((await start())()).rejects;
  await failure.toThrow(/3D000\. The database that the URL names does not exist\.$/);
  await failure.not.toThrow(/postgres:\/\//);
});

test("a URL as Neon and Prisma print it is taken", async () => {
  const url = databaseAt(inject("databaseUrl"), name);
  vi.stubEnv("DIRECT_DATABASE_URL", `${url}?channel_binding=require&pgbouncer=true&schema=public`);
  expect(await (await start())()).toEqual({ migrated: true });
});

test("a missing setting is said as it is", async () => {
  vi.stubEnv("DIRECT_DATABASE_URL", "");
  await expect((await start())()).rejects.toThrow("DATABASE_URL is not set.");
});
