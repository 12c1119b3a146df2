import { migrate } from "@parley/data/migrate";
import type { StorageSettings } from "@parley/data/storage-settings";
import { StartupError } from "@parley/embedded-postgres/startup-error";

/** @throws StartupError without the URL, which holds a password */
export async function applyMigrations(
  databaseUrl: string,
  settings: StorageSettings & { EMBEDDING_DIMENSIONS: number },
): Promise<void> {
  try {
    await migrate(databaseUrl, undefined, settings.EMBEDDING_DIMENSIONS, settings);
  } catch (cause) {
    const error: unknown = cause instanceof Error && cause.cause !== undefined ? cause.cause : cause;
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new StartupError(`The migrations cannot be applied to the database: ${reason}.`, { cause });
  }
}
