import { readSettings, type Settings, type Values } from "@parley/settings/read-settings";

/** One variable as it is set now; an empty one counts as not set, as in a `.env` file with the name only. */
export function environmentVariable(name: string): string | undefined {
  return process.env[name] || undefined;
}

/**
 * The settings of a function, read once at init.
 * @throws Error with one sentence that names the first bad variable and never its value
 */
export function readEnvironment<S extends Settings>(settings: S): Values<S> {
  return readSettings(settings, process.env);
}
