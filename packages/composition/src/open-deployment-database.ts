import { type Database, type DatabaseOptions, openDatabase } from "@parley/data/database";
import { loadDatabaseUrl, refreshSecrets } from "@parley/runtime/secrets";

/**
 * The deployment's database, whose password may be rotated while this environment lives.
 * @throws Error with one sentence when nobody says where it is
 */
export async function openDeploymentDatabase(options?: DatabaseOptions): Promise<Database> {
  // Read at init, so that a deployment without it fails with this reason and not at its first request.
  await loadDatabaseUrl();
  return openDatabase({ url: loadDatabaseUrl, refused: refreshSecrets }, options);
}
