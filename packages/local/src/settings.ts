import { readFile } from "node:fs/promises";
import { parseEnv } from "node:util";
import { StartupError } from "@parley/embedded-postgres/startup-error";
import * as z from "zod";

const whole = (least: number, most = Number.MAX_SAFE_INTEGER) =>
  z.coerce
    .number({ error: "must be a number" })
    .int("must be a whole number")
    .min(least, `must be at least ${least}`)
    .max(most, `must be at most ${most}`);
const webAddress = z.url({ protocol: /^https?$/, error: "must be an http or https URL" });
const text = z.string();

/** What the functions read themselves; their own schemas hold the defaults. */
const functionSettings = z.object({
  OPENAI_API_KEY: text.optional(),
  OPENAI_BASE_URL: webAddress.optional(),
  ANTHROPIC_API_KEY: text.optional(),
  ANTHROPIC_BASE_URL: webAddress.optional(),
  EMBEDDING_API_KEY: text.optional(),
  EMBEDDING_BASE_URL: webAddress.optional(),
  EMBEDDING_MODEL: text.optional(),
  EMBEDDING_DIMENSIONS: whole(1, 2_000).optional(),
  MOMENTO_API_KEY: text.optional(),
  MOMENTO_CACHE_NAME: text.default("parley"),
  METRICS_TOKEN: text.optional(),
  DEFAULT_MODEL: text.optional(),
  FALLBACK_MODEL: text.optional(),
  SEND_RATE_PER_SECOND: whole(0).optional(),
  SEND_BURST: whole(1).optional(),
  SEND_RATE_PER_MINUTE: whole(0).optional(),
  API_RATE_PER_SECOND: whole(0).optional(),
  NEW_USER_TOKENS: whole(0).optional(),
  MONTHLY_TOKENS: whole(0).optional(),
  MAX_WAIT_SECONDS: whole(0, 20).default(20),
  REPLY_DEADLINE_SECONDS: whole(30, 86_400).optional(),
  REPLY_LEASE_SECONDS: whole(1).optional(),
  REPLY_CHECK_SECONDS: whole(1, 900).optional(),
  REPLY_PATIENCE_SECONDS: whole(1).optional(),
  POWERTOOLS_LOG_LEVEL: z
    .enum(["DEBUG", "INFO", "WARN", "ERROR"], { error: "must be DEBUG, INFO, WARN or ERROR" })
    .optional(),
});

const stackSettings = z.object({
  PORT: whole(0, 65_535).default(3000),
  /** Of the WebSocket API. */
  WS_PORT: whole(0, 65_535).optional(),
  HOST: text.default("127.0.0.1"),
  DATA_DIR: text.default(".parley"),
  BUNDLES_DIR: text.optional(),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: "must be a postgres:// URL" }).optional(),
  CORS_ORIGINS: text.default("").transform((list) =>
    list
      .split(",")
      .map((origin) => origin.trim())
      .filter((origin) => origin !== ""),
  ),
});

/** The settings of the local stack, from environment variables or `.env`; `.env.example` says what each is for. */
export type Settings = z.output<typeof stackSettings> & z.output<typeof functionSettings>;

export const settingNames = [...Object.keys(stackSettings.shape), ...Object.keys(functionSettings.shape)];

/**
 * Checks the settings; an empty one counts as not set.
 * @throws StartupError that names the first malformed one and never its value, which may be a secret
 */
export function readSettings(variables: Readonly<Record<string, string | undefined>>): Settings {
  const present = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ""));
  const result = z.object({ ...stackSettings.shape, ...functionSettings.shape }).safeParse(present);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new StartupError(`${issue?.path.join(".")} ${issue?.message}.`);
}

/** Where the WebSocket API listens: the port after the API's unless told otherwise; 0 takes a free one. */
export function websocketPort({ PORT, WS_PORT }: Settings): number {
  return WS_PORT ?? (PORT === 0 ? 0 : PORT + 1);
}

/** This process's variables, and those of the file that it does not set. */
export async function loadVariables(file: URL): Promise<Record<string, string | undefined>> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw new StartupError(`${file.pathname} cannot be read: ${error.code}.`, { cause: error });
  });
  return { ...parseEnv(text), ...process.env };
}

/** The settings that functions get as they are. */
export function functionVariables(settings: Settings): Record<string, string> {
  const entries = Object.entries(functionSettings.parse(settings)).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}
