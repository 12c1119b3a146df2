import { readFile } from "node:fs/promises";
import { parseEnv } from "node:util";
import { storageSettings } from "@parley/data/storage-settings";
import { StartupError } from "@parley/embedded-postgres/startup-error";
import * as all from "@parley/settings/definitions";
import { keyVariable } from "@parley/settings/providers";
import { readSettings as readAll, type Values, variableOf } from "@parley/settings/read-settings";

/** What the stack itself reads. */
const stackSettings = {
  PORT: all.PORT,
  WS_PORT: all.WS_PORT,
  HOST: all.HOST,
  DATA_DIR: all.DATA_DIR,
  BUNDLES_DIR: all.BUNDLES_DIR,
  CORS_ORIGINS: all.CORS_ORIGINS,
  DATABASE_URL: all.DATABASE_URL,
};

/** What it hands to the functions. */
const functionSettings = {
  OPENAI_API_KEY: all.OPENAI_API_KEY,
  OPENAI_BASE_URL: all.OPENAI_BASE_URL,
  OPENAI_MODELS: all.OPENAI_MODELS,
  ANTHROPIC_API_KEY: all.ANTHROPIC_API_KEY,
  ANTHROPIC_BASE_URL: all.ANTHROPIC_BASE_URL,
  PROVIDERS: all.PROVIDERS,
  PROVIDER_KEYS: all.PROVIDER_KEYS,
  DEFAULT_MODEL: all.DEFAULT_MODEL,
  FALLBACK_MODEL: all.FALLBACK_MODEL,
  TITLE_MODEL: all.TITLE_MODEL,
  EMBEDDING_BASE_URL: all.EMBEDDING_BASE_URL,
  EMBEDDING_API_KEY: all.EMBEDDING_API_KEY,
  EMBEDDING_MODEL: all.EMBEDDING_MODEL,
  EMBEDDING_DIMENSIONS: all.EMBEDDING_DIMENSIONS,
  MOMENTO_API_KEY: all.MOMENTO_API_KEY,
  MOMENTO_CACHE_NAME: all.MOMENTO_CACHE_NAME,
  SEND_RATE_PER_SECOND: all.SEND_RATE_PER_SECOND,
  SEND_BURST: all.SEND_BURST,
  SEND_RATE_PER_MINUTE: all.SEND_RATE_PER_MINUTE,
  API_RATE_PER_SECOND: all.API_RATE_PER_SECOND,
  EXPENSIVE_RATE_PER_MINUTE: all.EXPENSIVE_RATE_PER_MINUTE,
  NEW_USER_TOKENS: all.NEW_USER_TOKENS,
  MONTHLY_TOKENS: all.MONTHLY_TOKENS,
  PROMPT_PUBLISHERS: all.PROMPT_PUBLISHERS,
  MAX_RUNNING_REPLIES: all.MAX_RUNNING_REPLIES,
  MAX_WAITING_REPLIES: all.MAX_WAITING_REPLIES,
  SIGN_IN_CALLBACK_URLS: all.SIGN_IN_CALLBACK_URLS,
  MAX_WAITING_POLLS: all.MAX_WAITING_POLLS,
  REPLY_INPUT_TOKENS: all.REPLY_INPUT_TOKENS,
  USER_TOKENS_PER_DAY: all.USER_TOKENS_PER_DAY,
  USER_TOKENS_PER_MONTH: all.USER_TOKENS_PER_MONTH,
  DOLLARS_PER_DAY: all.DOLLARS_PER_DAY,
  // No mail is sent here, and everybody has the same address.
  MAILS_PER_ADDRESS_PER_HOUR: { ...all.MAILS_PER_ADDRESS_PER_HOUR, default: 0 },
  MAILS_PER_SOURCE_PER_HOUR: { ...all.MAILS_PER_SOURCE_PER_HOUR, default: 0 },
  CAPTCHA: all.CAPTCHA,
  CAPTCHA_SITE_KEY: all.CAPTCHA_SITE_KEY,
  CAPTCHA_SECRET: all.CAPTCHA_SECRET,
  CAPTCHA_VERIFY_URL: all.CAPTCHA_VERIFY_URL,
  RETENTION_DAYS: all.RETENTION_DAYS,
  ...storageSettings,
  // A poll that waits costs nothing here.
  MAX_WAIT_SECONDS: { ...all.MAX_WAIT_SECONDS, default: 20 },
  REPLY_DEADLINE_SECONDS: all.REPLY_DEADLINE_SECONDS,
  REPLY_LEASE_SECONDS: all.REPLY_LEASE_SECONDS,
  REPLY_CHECK_SECONDS: all.REPLY_CHECK_SECONDS,
  REPLY_PATIENCE_SECONDS: all.REPLY_PATIENCE_SECONDS,
  METRICS_TOKEN: all.METRICS_TOKEN,
  OTEL_EXPORTER_OTLP_ENDPOINT: all.OTEL_EXPORTER_OTLP_ENDPOINT,
  OTEL_EXPORTER_OTLP_HEADERS: all.OTEL_EXPORTER_OTLP_HEADERS,
  OTEL_METRICS_EXPORTER: all.OTEL_METRICS_EXPORTER,
  OTEL_SERVICE_NAME: all.OTEL_SERVICE_NAME,
  OTEL_RESOURCE_ATTRIBUTES: all.OTEL_RESOURCE_ATTRIBUTES,
  OTEL_TRACES_SAMPLER: all.OTEL_TRACES_SAMPLER,
  OTEL_TRACES_SAMPLER_ARG: all.OTEL_TRACES_SAMPLER_ARG,
  POWERTOOLS_LOG_LEVEL: all.POWERTOOLS_LOG_LEVEL,
};

/** The settings of the local stack, from environment variables or `.env`, in the order of `.env.example`. */
export const localSettings = { ...stackSettings, ...functionSettings };

export type Settings = Values<typeof localSettings>;

/**
 * Checks the settings; an empty one counts as not set.
 * @throws StartupError that names the first malformed one and never its value, which may be a secret
 */
export function readSettings(variables: Readonly<Record<string, string | undefined>>): Settings {
  try {
    const settings = readAll(localSettings, variables);
    const { CAPTCHA, CAPTCHA_SITE_KEY, CAPTCHA_SECRET } = settings;
    if (CAPTCHA !== undefined && (CAPTCHA_SITE_KEY === undefined || CAPTCHA_SECRET === undefined)) {
      throw new StartupError("CAPTCHA needs CAPTCHA_SITE_KEY and CAPTCHA_SECRET.");
    }
    const keys = settings.PROVIDERS.flatMap(({ name }) => {
      const key = variables[keyVariable(name)];
      return key ? [[name, key] as const] : [];
    });
    if (keys.length === 0) return settings;
    return { ...settings, PROVIDER_KEYS: { ...settings.PROVIDER_KEYS, ...Object.fromEntries(keys) } };
  } catch (cause) {
    throw new StartupError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
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
  const names = Object.keys(functionSettings) as (keyof typeof functionSettings)[];
  const entries = names.map((name) => [name, settings[name]] as const);
  return Object.fromEntries(
    entries
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, variableOf(value)])
      // An empty list is as good as none.
      .filter(([, text]) => text !== ""),
  );
}
