import { readCommandLine } from "@parley/deployment/command-line";
import { runCommand } from "@parley/deployment/terminal";
import { StartupError } from "@parley/embedded-postgres/startup-error";
import { applyMigrations } from "@parley/local/migrations";
import { loadVariables, readSettings } from "@parley/local/settings";

const usage = `
pnpm migrate

Brings the database of DATABASE_URL up to date. Safe to repeat.`;

await runCommand(async () => {
  readCommandLine({ usage, options: {} });
  const settings = readSettings(await loadVariables(new URL("../.env", import.meta.url)));
  if (settings.DATABASE_URL === undefined)
    throw new StartupError("DATABASE_URL is not set: it says which database to migrate.");
  await applyMigrations(settings.DATABASE_URL, settings);
  console.log("The database is up to date.");
});
