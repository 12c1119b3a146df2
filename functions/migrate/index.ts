import { migrate } from "@parley/data/migrate";
import { readEnvironment } from "@parley/runtime/environment";
import { loadDirectDatabaseUrl } from "@parley/runtime/secrets";
import { settings } from "./config.ts";
import { migrationFailure } from "./migration-failure.ts";

const config = readEnvironment(settings);

/** Runs while a deployment waits for it; what it throws is what CloudFormation shows. */
export async function handler(): Promise<{ migrated: true }> {
  try {
    const url = await loadDirectDatabaseUrl();
    await migrate(url, config.MIGRATIONS_FOLDER, config.EMBEDDING_DIMENSIONS, config);
  } catch (error) {
    throw migrationFailure(error);
  }
  return { migrated: true };
}
