import { StartupError } from "@parley/embedded-postgres/startup-error";
import { applyMigrations } from "@parley/local/migrations";
import { loadVariables, readSettings } from "@parley/local/settings";

try {
  const { DATABASE_URL, EMBEDDING_DIMENSIONS } = readSettings(
    await loadVariables(new URL("../.env", import.meta.url)),
  );
  if (DATABASE_URL === undefined)
    throw new StartupError("DATABASE_URL is not set: it says which database to migrate.");
  await applyMigrations(DATABASE_URL, EMBEDDING_DIMENSIONS);
  console.log("The database is up to date.");
} catch (error) {
  console.error(error instanceof StartupError ? error.message : error);
  process.exitCode = 1;
}
