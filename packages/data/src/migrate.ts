import { fileURLToPath } from "node:url";
import { EMBEDDING_DIMENSIONS } from "@parley/settings/definitions";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate as applyMigrations } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";

const defaultFolder = fileURLToPath(new URL("../../../migrations", import.meta.url));

// Any constant: it names the lock that keeps two runs apart.
const migrationLock = 7_203_611;

/**
 * Applies the migrations that are missing, and takes up extensions that the server has since got; safe to repeat
 * and to run twice at once.
 * @param url must reach Postgres directly: behind a transaction pooler the lock would not hold
 * @param dimensions of the embeddings to index
 */
export async function migrate(
  url: string,
  folder: string = defaultFolder,
  dimensions: number = EMBEDDING_DIMENSIONS.default,
): Promise<void> {
  const client = postgres(url, { max: 1, fetch_types: false, onnotice: () => {}, connect_timeout: 60 });
  try {
    await client`select pg_advisory_lock(${migrationLock})`;
    await applyMigrations(drizzle({ client }), { migrationsFolder: folder });
    await client`select prepare_search(${JSON.stringify({ dimensions })}::text::jsonb)`;
  } finally {
    await client.end({ timeout: 5 });
  }
}
