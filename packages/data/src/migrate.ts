import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { usableDatabaseUrl } from "@parley/settings/database-url";
import { EMBEDDING_DIMENSIONS } from "@parley/settings/definitions";
import { sql } from "drizzle-orm";
import { readMigrationFiles } from "drizzle-orm/migrator";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate as applyNumberedMigrations } from "drizzle-orm/postgres-js/migrator";
import postgres, { type Sql } from "postgres";
import { isContended } from "./database-errors.ts";
import { statementDeadlineMillis } from "./deadlines.ts";
import { applyFunctions } from "./migrate-functions.ts";
import { storageLimits } from "./schema/storage-limits.ts";
import { defaultStorage, limitsOf, type StorageSettings } from "./storage-settings.ts";

const defaultFolder = fileURLToPath(new URL("../../../migrations", import.meta.url));

// Any constant: it names the lock that keeps two runs apart.
const migrationLock = 7_203_611;

/** A database of version 0.1 that stopped before the migration 0031, whose state the baseline is. */
class DatabaseTooOldError extends Error {
  override readonly name = "DatabaseTooOldError";
}

async function refuseBeforeBaseline(client: Sql, folder: string): Promise<void> {
  const [baseline] = readMigrationFiles({ migrationsFolder: folder });
  const [found] =
    await client`select to_regclass('drizzle.__drizzle_migrations') is not null as has_migrations`;
  if (baseline === undefined || found?.has_migrations !== true) return;
  const [last] = await client`select max(created_at) as applied from drizzle.__drizzle_migrations`;
  if (last?.applied === null || Number(last?.applied) >= baseline.folderMillis) return;
  throw new DatabaseTooOldError(
    "The database was made by an early version of 0.1: docs/operations.md, “Upgrading and rolling back”, says how to bring it to the baseline first.",
  );
}

/**
 * Waits for the lock without a statement that waits: `reindex concurrently` waits for every statement that began
 * before it, and would never end while another run of `migrate` stands in `pg_advisory_lock`.
 */
async function takeLock(client: Sql): Promise<void> {
  for (;;) {
    const [lock] = await client`select pg_try_advisory_lock(${migrationLock}) as is_taken`;
    if (lock?.is_taken === true) return;
    await setTimeout(500);
  }
}

// The server looks for deadlocks after a second: what ends before then ends without harm to anybody's request.
const lockTimeout = "500ms";
const maxLockTries = 120;

/**
 * Does a transaction that needs tables to itself while others use them. It does not wait long for a lock, since whoever
 * comes after it waits too; it gives back what it has, and begins again.
 */
async function takingTurns(client: Sql, work: () => Promise<void>): Promise<void> {
  await client`select set_config('lock_timeout', ${lockTimeout}, false)`;
  for (let tries = 1; ; tries++) {
    try {
      await work();
      break;
    } catch (error) {
      if (!isContended(error) || tries === maxLockTries) throw error;
      await setTimeout(100 + Math.random() * 400);
    }
  }
  // An index is rebuilt beside everybody's work, however long it waits for it.
  await client`set lock_timeout = 0`;
}

/** Rebuilds each index that a migration has marked, without keeping anybody from writing. Safe to repeat. */
async function rebuildIndexes(client: Sql): Promise<void> {
  const marked = await client`select relname as name from pg_class
    where relkind = 'i' and obj_description(oid, 'pg_class') = 'to be rebuilt'`;
  for (const { name } of marked) {
    // What a rebuilding that was broken off has left.
    await client.unsafe(`drop index concurrently if exists ${name}_ccnew`);
    await client.unsafe(`reindex index concurrently ${name}`);
    await client.unsafe(`comment on index ${name} is null`);
  }
}

/** A little above a caller's own deadline, so that the server ends what nobody waits for any more. */
const statementTimeout = `${statementDeadlineMillis / 1_000 + 2}s`;

/**
 * Has the server end statements of this user in this database that run too long. As a setting of the user it costs no
 * round trip and holds behind poolers, which refuse it as a parameter of a connection (PgBouncer, Neon).
 */
async function limitStatements(client: Sql): Promise<void> {
  const [found] =
    await client`select format('alter role %I in database %I set statement_timeout = %L', current_user,
    current_database(), ${statementTimeout}::text) as statement`;
  await client.unsafe(found?.statement);
}

async function writeLimits(client: Sql, storage: StorageSettings): Promise<void> {
  // A folder that ends before the newest of them, as tests of upgrades have it, has none to write.
  const found = await client`select from pg_attribute
    where attrelid = to_regclass('storage_limits') and attname = ${storageLimits.totalBytes.name}`;
  if (found.length === 0) return;
  await drizzle({ client })
    .update(storageLimits)
    .set({ ...limitsOf(storage), updatedAt: sql`now()` });
}

/**
 * Applies the numbered migrations that are missing, then the database's functions if they have changed, rebuilds the
 * indexes that changed with them, takes up extensions that the server has since got, and limits the time of statements. Safe to repeat and to run twice at once.
 * @param url must reach Postgres directly: behind a transaction pooler the lock would not hold
 * @param dimensions of the embeddings to index
 * @param storage what may be stored of each user
 * @throws DatabaseTooOldError where the baseline would not fit
 */
export async function migrate(
  url: string,
  folder: string = defaultFolder,
  dimensions: number = EMBEDDING_DIMENSIONS.default,
  storage: StorageSettings = defaultStorage,
): Promise<void> {
  const client = postgres(usableDatabaseUrl(url).url, {
    max: 1,
    fetch_types: false,
    onnotice: () => {},
    connect_timeout: 60,
  });
  try {
    await client`set statement_timeout = 0`;
    await takeLock(client);
    await refuseBeforeBaseline(client, folder);
    await takingTurns(client, async () => {
      await applyNumberedMigrations(drizzle({ client }), { migrationsFolder: folder });
      await applyFunctions(client, folder);
    });
    await writeLimits(client, storage);
    await rebuildIndexes(client);
    await client`select prepare_search(${JSON.stringify({ dimensions })}::text::jsonb)`;
    await limitStatements(client);
  } finally {
    await client.end({ timeout: 5 });
  }
}
