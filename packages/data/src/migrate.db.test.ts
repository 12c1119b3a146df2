import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { administer, databaseAt } from "@parley/embedded-postgres/administer";
import postgres, { type Sql } from "postgres";
import { afterEach, beforeEach, expect, inject, test } from "vitest";
import journal from "../../../migrations/meta/_journal.json" with { type: "json" };
import { migrate } from "./migrate.ts";
import { readFunctionFiles } from "./migrate-functions.ts";

const migrations = fileURLToPath(new URL("../../../migrations", import.meta.url));
const database = `test_migrations_${process.pid}`;
let url: string;
let folder: string;
let sql: Sql;

beforeEach(async () => {
  await administer(inject("databaseUrl"), `create database ${database} template template0`);
  url = databaseAt(inject("databaseUrl"), database);
  folder = join(await mkdtemp(join(tmpdir(), "parley-migrations-")), "migrations");
  await cp(migrations, folder, { recursive: true });
  sql = postgres(url, { max: 1, onnotice: () => {} });
});

afterEach(async () => {
  await sql.end();
  await administer(inject("databaseUrl"), `drop database ${database} with (force)`);
  await rm(join(folder, ".."), { recursive: true });
});

/** The functions of the database by name, without those of extensions and those that a table depends on. */
async function functionsInDatabase(): Promise<Map<string, string>> {
  const rows = await sql`
    select proname as name, prosrc as source from pg_proc as function
    where pronamespace = 'public'::regnamespace
      and not exists (
        select from pg_depend where classid = 'pg_proc'::regclass and objid = function.oid and deptype = 'e')
      and not exists (
        select from pg_depend where refclassid = 'pg_proc'::regclass and refobjid = function.oid)`;
  return new Map(rows.map(({ name, source }) => [name, source]));
}

async function edit(file: string, change: (text: string) => string): Promise<void> {
  const path = join(folder, "functions", file);
  await writeFile(path, change(await readFile(path, "utf8")));
}

/** A database as version 0.1 left it after its migration 0031, with users and their texts. */
async function makeDatabaseAt0031(): Promise<void> {
  const baseline = { ...journal, entries: journal.entries.slice(0, 1) };
  await writeFile(join(folder, "meta", "_journal.json"), JSON.stringify(baseline));
  await migrate(url, folder);
  await sql`drop table drizzle.functions`;
  await sql`create function claim_reply(p jsonb) returns jsonb language sql as 'select p'`;
  await sql`drop function new_id()`;
  await sql`create function new_id() returns text language sql as $$ select 'of 0.1' $$`;
  await sql`insert into users (id, cognito_sub) values ('ada', 'sub of ada'), ('bob', 'sub of bob')`;
  for (const owner of ["ada", "bob"]) {
    await sql`insert into conversations (id, owner_id) values ('c', ${owner})`;
    await sql`insert into messages (id, owner_id, conversation_id, position, role, content)
      values ('m', ${owner}, 'c', 1, 'user', 'Un élève lit src/app.ts:42')`;
    await sql`insert into replies (id, owner_id, conversation_id, message_id, ordinal, position, status, model,
        context_tokens, max_output_tokens, deadline_at, tokens_held, tokens_charged, input_tokens, finished_at)
      select 'r' || n, ${owner}, 'c', 'm', n, n + 1, case n when 3 then 'queued' else 'failed' end, 'scripted/echo',
        100, 10, now(), 0, n, 5, case when n < 3 then timestamptz '2026-11-21 23:30-02' end
      from generate_series(1, 3) as n`;
    await sql`insert into notes (id, owner_id, content) values ('n', ${owner}, 'Un élève')`;
    await sql`insert into search_words (owner_id, word) values (${owner}, 'élève'), (${owner}, 'src/app.ts')`;
  }
}

test("the files define what is in the database, and nothing else is there", async () => {
  await migrate(url);
  const { files, names } = await readFunctionFiles(migrations);
  const present = await functionsInDatabase();
  expect([...present.keys()].toSorted()).toEqual(names.toSorted());
  expect(new Set(names).size).toBe(names.length);
  const text = files.map((file) => file.text).join("\n");
  for (const [name, source] of present) expect(text.includes(source), name).toBe(true);
});

test("a database at 0031 keeps its rows and gets the present functions", async () => {
  await makeDatabaseAt0031();
  await migrate(url);
  expect(await sql`select id, cognito_sub from users order by id`).toEqual([
    { id: "ada", cognito_sub: "sub of ada" },
    { id: "bob", cognito_sub: "sub of bob" },
  ]);
  expect(
    await sql`select owner_id, day::text, replies, input_tokens, tokens_charged from usage_days order by 1`,
  ).toEqual(
    ["ada", "bob"].map((owner) => ({
      ...{ owner_id: owner, day: "2026-11-22", replies: "2", input_tokens: "10", tokens_charged: "3" },
    })),
  );
  const present = await functionsInDatabase();
  expect(present.has("claim_reply")).toBe(false);
  expect(present.get("new_id")).toContain("gen_random_uuid");
});

test("texts of a database at 0031 are found by what they are compared as since, by their owner only", async () => {
  await makeDatabaseAt0031();
  await migrate(url);
  await sql`set enable_seqscan = off`;
  for (const query of ["eleve", "app.ts:42"]) {
    const found = await sql`select owner_id from messages where is_active and not is_deleted
      and searchable(owner_id, content) @@ ('''@ada'''::tsquery && without_phrases(query_of(${query})))`;
    expect(found, query).toEqual([{ owner_id: "ada" }]);
  }
  expect(await sql`select id from notes where owner_id = 'ada' and words @@ 'eleve'::tsquery`).toHaveLength(
    1,
  );
  expect(await sql`select owner_id, word from search_words where owner_id = 'ada' order by word`).toEqual(
    ["app", "eleve", "src"].map((word) => ({ owner_id: "ada", word })),
  );
});

test("two that migrate at once both end, and an index that a broken rebuilding left is gone", async () => {
  await makeDatabaseAt0031();
  await sql`create index messages_search_ccnew on messages (id)`;
  await Promise.all([migrate(url), migrate(url)]);
  const indexes = await sql`select relname as name, obj_description(oid, 'pg_class') as comment from pg_class
    where relname like 'messages_search%'`;
  expect(indexes).toEqual([{ name: "messages_search", comment: null }]);
});

test("a migration that meets a transaction in the other order gives way, and is done after it", async () => {
  await makeDatabaseAt0031();
  const other = postgres(url, { max: 1, onnotice: () => {} });
  let migrating: Promise<void> | undefined;
  const seen = await other.begin(async (transaction) => {
    const messages = await transaction`select count(*)::integer as n from messages`;
    migrating = migrate(url);
    // So that it holds some tables and waits for this one.
    for (;;) {
      const [waiting] = await sql`select from pg_locks where not granted and relation = 'messages'::regclass`;
      if (waiting !== undefined) break;
    }
    const conversations = await transaction`select count(*)::integer as n from conversations`;
    return [messages[0]?.n, conversations[0]?.n];
  });
  expect(seen).toEqual([2, 2]);
  await migrating;
  await other.end();
  const [applied] = await sql`select count(*)::integer as n from drizzle.__drizzle_migrations`;
  expect(applied?.n).toBe(journal.entries.length);
});

test("a database before 0031 is refused and stays as it is", async () => {
  await makeDatabaseAt0031();
  await sql`update drizzle.__drizzle_migrations set created_at = created_at - 1`;
  await expect(migrate(url)).rejects.toThrow(/^The database was made by an early version of 0\.1: /);
  expect((await functionsInDatabase()).get("new_id")).toContain("of 0.1");
});

test("an edited function is applied again, one that left the files goes", async () => {
  await migrate(url, folder);
  await edit("ledger.sql", (text) =>
    text.replace(/CREATE OR REPLACE FUNCTION new_id\(\) RETURNS text/, (found) =>
      found.replace("()", "(p_prefix text DEFAULT '')"),
    ),
  );
  await writeFile(
    join(folder, "functions", "extra.sql"),
    "CREATE OR REPLACE FUNCTION extra() RETURNS integer LANGUAGE sql AS 'SELECT 1';\n",
  );
  await migrate(url, folder);
  expect(await sql`select extra()`).toEqual([{ extra: 1 }]);
  expect(await sql`select pronargs from pg_proc where proname = 'new_id'`).toEqual([{ pronargs: 1 }]);
  await rm(join(folder, "functions", "extra.sql"));
  await migrate(url, folder);
  expect((await functionsInDatabase()).has("extra")).toBe(false);
});

test("a function whose body alone changed is replaced where it stands", async () => {
  await migrate(url, folder);
  const before = await sql`select oid from pg_proc where proname = 'send_message'`;
  await edit("sending.sql", (text) => `${text}\n-- Another checksum.\n`);
  await migrate(url, folder);
  expect(await sql`select oid from pg_proc where proname = 'send_message'`).toEqual(before);
});

test("a file that fails changes nothing, and a stranger's function is left alone", async () => {
  await migrate(url, folder);
  await sql`create function of_a_stranger() returns integer language sql as 'select 1'`;
  const before = await functionsInDatabase();
  await edit("ledger.sql", (text) => `${text}\nSELECT 1 / 0;\n`);
  await expect(migrate(url, folder)).rejects.toMatchObject({ code: "22012" });
  expect(await functionsInDatabase()).toEqual(before);
  await migrate(url);
  expect((await functionsInDatabase()).has("of_a_stranger")).toBe(true);
});

test("the server ends what runs longer than anybody waits for, but never a migration", async () => {
  await migrate(url, folder);
  const fresh = postgres(url, { max: 1, onnotice: () => {} });
  expect(await fresh`show statement_timeout`).toEqual([{ statement_timeout: "12s" }]);
  await fresh.end();
  await administer(
    inject("databaseUrl"),
    `alter role current_user in database ${database} set statement_timeout = 1`,
  );
  await migrate(url, folder);
  const again = postgres(url, { max: 1, onnotice: () => {} });
  expect(await again`show statement_timeout`).toEqual([{ statement_timeout: "12s" }]);
  await again.end();
});
