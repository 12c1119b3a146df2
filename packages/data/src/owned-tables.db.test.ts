import { readdir } from "node:fs/promises";
import { getTableName, is } from "drizzle-orm";
import { getTableConfig, PgTable } from "drizzle-orm/pg-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { derivedTables, erasedTables, exportedTables } from "./owned-tables.ts";
import { openScene, type Scene } from "./testing/scene.fixture.ts";

// Tables without an owner, or that outlast it. What they say of users, deleting an account takes care of by name; buckets are under hashes.
const unowned = [
  "users",
  "deleted_subjects",
  "admin_actions",
  "search_progress",
  "models",
  "model_lessons",
  "rate_buckets",
  "storage_limits",
  "spending_days",
  "stored_responses",
];

let scene: Scene;
let schema: PgTable[];

beforeAll(async () => {
  scene = await openScene();
  const folder = new URL("schema/", import.meta.url);
  const modules = await Promise.all(
    (await readdir(folder)).map((file) => import(new URL(file, folder).href) as Promise<object>),
  );
  schema = modules.flatMap((module) => Object.values(module)).filter((value) => is(value, PgTable));
});

afterAll(async () => {
  await scene.close();
});

const exported = exportedTables.map(({ name }) => name);
const erased: readonly string[] = erasedTables;

it("exports and erases every table of the schema that has an owner", () => {
  const owned = schema.filter((table) =>
    getTableConfig(table).columns.some(({ name }) => name === "owner_id"),
  );
  const names = owned.map(getTableName);
  expect(names.length).toBeGreaterThanOrEqual(11);
  expect(names.filter((name) => !exported.includes(name))).toEqual([]);
  expect(names.filter((name) => !erased.includes(name))).toEqual([]);
});

it("knows every table that the migrations make, also those that the schema does not", async () => {
  const tables = await scene.rows<{ name: string }>(`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE'`);
  const known = [...unowned, ...exported, ...derivedTables, ...erased];
  expect(tables.map(({ name }) => name).filter((name) => !known.includes(name))).toEqual([]);
});

it("exports every column but secrets, what is worked out, and how far the deletion is", () => {
  const left = schema.flatMap((table) => {
    const { name, columns } = getTableConfig(table);
    const shown = exportedTables.find((each) => each.name === name)?.columns;
    if (shown === undefined) return [];
    const names = Object.values(shown).map((column) => column.name);
    return columns.filter((column) => !names.includes(column.name)).map((column) => `${name}.${column.name}`);
  });
  expect(left.sort()).toEqual([
    "api_keys.hash",
    "api_keys.lookup",
    "connections.api_key_hash",
    "notes.words",
    "users.deletion",
    "users.poll_waits",
  ]);
});

it("erases what refers to something before that", async () => {
  const references = await scene.rows<{ child: string; parent: string }>(`
    select conrelid::regclass::text as child, confrelid::regclass::text as parent from pg_constraint
    where contype = 'f' and conrelid <> confrelid`);
  const inOrder = references.filter(({ parent }) => parent !== "users");
  expect(inOrder.length).toBeGreaterThan(4);
  const wrong = inOrder.filter(({ child, parent }) => erased.indexOf(child) >= erased.indexOf(parent));
  expect(wrong).toEqual([]);
});

it("reads each table in the order of a key that is unique for its owner", async () => {
  const indexes = await scene.rows<{ name: string; columns: string[] }>(`
    select t.relname as name, json_agg(a.attname order by a.attnum) as columns
    from pg_index i join pg_class t on t.oid = i.indrelid join pg_attribute a on a.attrelid = t.oid
      and a.attnum = any (i.indkey)
    where i.indisunique and i.indpred is null group by t.relname, i.indexrelid`);
  for (const { name, owner, key } of exportedTables) {
    const wanted = [...new Set([owner.name, ...key.map((column) => column.name)])].sort().join();
    const found = indexes
      .filter((index) => index.name === name)
      .map(({ columns }) => [...columns].sort().join());
    expect([name, found]).toEqual([name, expect.arrayContaining([wanted])]);
  }
});
