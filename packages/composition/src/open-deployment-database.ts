import { type Database, type DatabaseOptions, openDatabase } from "@parley/data/database";
import { loadDatabaseUrl, refreshSecrets } from "@parley/runtime/secrets";

/**
 * The deployment's database, whose password may be rotated while this environment lives.
 * @throws Error with one sentence when nobody says where it is
 */
export async function openDeploymentDatabase(options?: DatabaseOptions): Promise<Database> {
  // Asked at init already: whoever deployed without it is to be told so, and not that a request failed.
  await loadDatabaseUrl();
  return openDatabase({ url: loadDatabaseUrl, refused: refreshSecrets }, options);
}
