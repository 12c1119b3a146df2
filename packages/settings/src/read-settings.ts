import type { Setting } from "./setting.ts";

/** The settings that something reads, by the names of their variables. */
export type Settings = Readonly<Record<string, Setting>>;

type ValueOf<S> =
  S extends Setting<infer Value>
    ? S extends { readonly default: unknown } | { readonly isRequired: true }
      ? Value
      : Value | undefined
    : never;

/** What the settings say, each by its variable. */
export type Values<S extends Settings> = { readonly [Name in keyof S]: ValueOf<S[Name]> };

/**
 * Reads settings; a variable that is empty counts as not set, as in a `.env` file with the name only.
 * @throws Error with one sentence that names the first bad variable and never its value, which may be a secret
 */
export function readSettings<S extends Settings>(
  settings: S,
  variables: Readonly<Record<string, string | undefined>>,
): Values<S> {
  const values = Object.entries(settings).map(([name, setting]) => [
    name,
    readSetting(name, setting, variables[name]),
  ]);
  return Object.fromEntries(values) as Values<S>;
}

function readSetting(name: string, setting: Setting, text: string | undefined): unknown {
  if (!text) {
    if (setting.isRequired) throw new Error(`${name} is not set.`);
    return setting.default;
  }
  const result = setting.schema().safeParse(setting.fromText(text));
  if (result.success) return result.data;
  const { path = [], message = "is not valid" } = result.error.issues[0] ?? {};
  // In JSON it is said where; an item of a list between commas speaks for itself.
  throw new Error(`${[name, ...(path.length > 1 ? path : [])].join(".")} ${message}.`);
}

/** A value as its variable holds it. */
export function variableOf(value: unknown): string {
  const isTexts = Array.isArray(value) && value.every((item) => typeof item === "string");
  return typeof value === "object" && !isTexts ? JSON.stringify(value) : String(value);
}
