import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Sql, TransactionSql } from "postgres";

const definition = /^CREATE OR REPLACE FUNCTION (\w+)\(/gm;

/** The definitions in `migrations/functions`. */
export interface FunctionFiles {
  /** Of all files; another one means that some function is to be applied again. */
  readonly checksum: string;
  readonly files: readonly { readonly name: string; readonly text: string }[];
  /** Of the functions that the files define. */
  readonly names: readonly string[];
}

/** @param folder `migrations` */
export async function readFunctionFiles(folder: string): Promise<FunctionFiles> {
  const functions = join(folder, "functions");
  const entries = (await readdir(functions)).filter((name) => name.endsWith(".sql")).toSorted();
  const files = await Promise.all(
    entries.map(async (name) => ({ name, text: await readFile(join(functions, name), "utf8") })),
  );
  const hash = createHash("sha256");
  for (const { name, text } of files) hash.update(`${name}\n${text}\n`);
  const names = files.flatMap(({ text }) => Array.from(text.matchAll(definition), ([, name = ""]) => name));
  return { checksum: hash.digest("hex"), files, names };
}

/**
 * Drops functions of these names, since `create or replace` cannot change the name of an argument or what is answered.
 * Those of extensions, and those that a table depends on, stay.
 */
async function drop(transaction: TransactionSql, names: readonly string[]): Promise<void> {
  const found = await transaction`
    select oid::regprocedure::text as signature from pg_proc as function
    where pronamespace = 'public'::regnamespace and proname in (select jsonb_array_elements_text(${JSON.stringify(names)}::text::jsonb))
      and not exists (
        select from pg_depend where classid = 'pg_proc'::regclass and objid = function.oid and deptype = 'e')
      and not exists (
        select from pg_depend where refclassid = 'pg_proc'::regclass and refobjid = function.oid)`;
  for (const { signature } of found) await transaction.unsafe(`drop function ${signature}`);
}

/**
 * Applies the functions of the database again where their files have changed since, all of them in one transaction
 * with the record of it. A function that is in no file any more goes.
 */
export async function applyFunctions(client: Sql, folder: string): Promise<void> {
  const { checksum, files, names } = await readFunctionFiles(folder);
  await client`
    create table if not exists drizzle.functions (checksum text not null, names jsonb not null,
      applied_at timestamptz not null default now())`;
  const [applied] = await client`select checksum, names from drizzle.functions`;
  if (applied?.checksum === checksum) return;
  await client.begin(async (transaction) => {
    // A function may be defined before another one that it calls.
    await transaction`set local check_function_bodies = off`;
    await drop(transaction, [...names, ...((applied?.names as string[] | undefined) ?? [])]);
    for (const { text } of files) await transaction.unsafe(text);
    await transaction`delete from drizzle.functions`;
    await transaction`insert into drizzle.functions (checksum, names)
      values (${checksum}, ${JSON.stringify(names)}::text::jsonb)`;
  });
}
