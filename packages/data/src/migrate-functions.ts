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

interface PresentFunction {
  readonly name: string;
  /** As `drop function` takes it. */
  readonly identity: string;
  /** What `create or replace` cannot change. */
  readonly signature: string;
}

async function readFunctions(transaction: TransactionSql, schema: string): Promise<PresentFunction[]> {
  return transaction<PresentFunction[]>`
    select proname as name, format('%I(%s)', proname, pg_get_function_identity_arguments(oid)) as identity,
      format('%I(%s) %s', proname, pg_get_function_arguments(oid), pg_get_function_result(oid)) as signature
    from pg_proc as function
    where pronamespace = ${schema}::regnamespace
      and not exists (
        select from pg_depend where classid = 'pg_proc'::regclass and objid = function.oid and deptype = 'e')
      and not exists (
        select from pg_depend where refclassid = 'pg_proc'::regclass and refobjid = function.oid)`;
}

/** The signatures that the files define, learnt by defining them in a schema that is gone again afterwards. */
async function readSignatures(
  transaction: TransactionSql,
  files: FunctionFiles["files"],
): Promise<ReadonlySet<string>> {
  await transaction`create schema parley_next`;
  await transaction`set local search_path = parley_next, public`;
  for (const { text } of files) await transaction.unsafe(text);
  await transaction`set local search_path = public`;
  const defined = await readFunctions(transaction, "parley_next");
  await transaction`drop schema parley_next cascade`;
  return new Set(defined.map(({ signature }) => signature));
}

/**
 * Drops functions of these names that the files do not define with the same arguments and answer. All others stay, and
 * are replaced: what runs meanwhile would not find a function that was dropped and made anew.
 */
async function drop(
  transaction: TransactionSql,
  files: FunctionFiles["files"],
  names: ReadonlySet<string>,
): Promise<void> {
  const wanted = await readSignatures(transaction, files);
  for (const { name, identity, signature } of await readFunctions(transaction, "public")) {
    if (names.has(name) && !wanted.has(signature))
      await transaction.unsafe(`drop function public.${identity}`);
  }
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
    const earlier = (applied?.names as string[] | undefined) ?? [];
    await drop(transaction, files, new Set([...names, ...earlier]));
    for (const { text } of files) await transaction.unsafe(text);
    await transaction`delete from drizzle.functions`;
    await transaction`insert into drizzle.functions (checksum, names)
      values (${checksum}, ${JSON.stringify(names)}::text::jsonb)`;
  });
}
