import { fileURLToPath } from "node:url";
import { EMBEDDING_DIMENSIONS } from "@parley/settings/definitions";
import { readMigrationFiles } from "drizzle-orm/migrator";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate as applyNumberedMigrations } from "drizzle-orm/postgres-js/migrator";
import postgres, { type Sql } from "postgres";
import { applyFunctions } from "./migrate-functions.ts";

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
 * Applies the numbered migrations that are missing, then the database's functions if they have changed, and takes up
 * extensions that the server has since got. Safe to repeat and to run twice at once.
 * @param url must reach Postgres directly: behind a transaction pooler the lock would not hold
 * @param dimensions of the embeddings to index
 * @throws DatabaseTooOldError where the baseline would not fit
 */
export async function migrate(
  url: string,
  folder: string = defaultFolder,
  dimensions: number = EMBEDDING_DIMENSIONS.default,
): Promise<void> {
  const client = postgres(url, { max: 1, fetch_types: false, onnotice: () => {}, connect_timeout: 60 });
  try {
    await client`select pg_advisory_lock(${migrationLock})`;
    await refuseBeforeBaseline(client, folder);
    await applyNumberedMigrations(drizzle({ client }), { migrationsFolder: folder });
    await applyFunctions(client, folder);
    await client`select prepare_search(${JSON.stringify({ dimensions })}::text::jsonb)`;
  } finally {
    await client.end({ timeout: 5 });
  }
}
