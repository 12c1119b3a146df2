import { parseEnv } from "node:util";
import { StartupError } from "@parley/embedded-postgres/startup-error";
import type { Setting } from "@parley/settings/setting";
import { expect, test } from "vitest";
import { functionVariables, localSettings, readSettings } from "./settings.ts";

const defaults = {
  PORT: 3000,
  HOST: "127.0.0.1",
  DATA_DIR: ".parley",
  CORS_ORIGINS: [],
  OPENAI_MODELS: [],
  PROVIDERS: [],
  SIGN_IN_CALLBACK_URLS: [],
};

const functionDefaults = {
  EMBEDDING_MODEL: "text-embedding-3-small",
  EMBEDDING_DIMENSIONS: 1_536,
  MOMENTO_CACHE_NAME: "parley",
  SEND_RATE_PER_SECOND: 1,
  SEND_BURST: 3,
  SEND_RATE_PER_MINUTE: 10,
  API_RATE_PER_SECOND: 20,
  EXPENSIVE_RATE_PER_MINUTE: 120,
  NEW_USER_TOKENS: 4_000,
  MONTHLY_TOKENS: 0,
  PROMPT_PUBLISHERS: "everybody",
  MAX_RUNNING_REPLIES: 4,
  MAX_WAITING_REPLIES: 20,
  MAX_WAITING_POLLS: 4,
  REPLY_INPUT_TOKENS: 0,
  USER_TOKENS_PER_DAY: 0,
  USER_TOKENS_PER_MONTH: 0,
  DOLLARS_PER_DAY: 0,
  MAILS_PER_ADDRESS_PER_HOUR: 0,
  MAILS_PER_SOURCE_PER_HOUR: 0,
  RETENTION_DAYS: 0,
  STORAGE_CONVERSATIONS: 5_000,
  STORAGE_MESSAGES: 100_000,
  STORAGE_NOTES: 2_000,
  STORAGE_SYSTEM_PROMPTS: 200,
  STORAGE_API_KEYS: 100,
  STORAGE_MEGABYTES: 20,
  STORAGE_TOTAL_MEGABYTES: 0,
  MAX_WAIT_SECONDS: 20,
  REPLY_DEADLINE_SECONDS: 600,
  REPLY_LEASE_SECONDS: 30,
  REPLY_CHECK_SECONDS: 45,
  REPLY_PATIENCE_SECONDS: 30,
  POWERTOOLS_LOG_LEVEL: "INFO",
  OTEL_METRICS_EXPORTER: "otlp",
  OTEL_TRACES_SAMPLER: "parentbased_always_on",
  OTEL_TRACES_SAMPLER_ARG: 1,
};

test("without any setting there are defaults", () => {
  expect(readSettings({ PATH: "/bin", OPENAI_API_KEY: "" })).toEqual({ ...defaults, ...functionDefaults });
});

test("functions get what is theirs as text", () => {
  const settings = readSettings({ SEND_RATE_PER_SECOND: "0.5", OPENAI_API_KEY: "key", PORT: "0" });
  const texts = Object.entries(functionDefaults).map(([name, value]) => [name, String(value)]);
  expect(functionVariables(settings)).toEqual({
    ...Object.fromEntries(texts),
    SEND_RATE_PER_SECOND: "0.5",
    OPENAI_API_KEY: "key",
  });
});

test("providers are handed over as they are written, with their keys", () => {
  const providers = [{ name: "groq", kind: "openai", baseUrl: "https://api.groq.com/openai/v1", models: [] }];
  const settings = readSettings({
    PROVIDERS: JSON.stringify(providers),
    GROQ_API_KEY: "gsk",
    OTHER_API_KEY: "no",
  });
  expect(functionVariables(settings)).toMatchObject({
    PROVIDERS: JSON.stringify(providers),
    PROVIDER_KEYS: '{"groq":"gsk"}',
  });
  expect(functionVariables(readSettings({}))).not.toHaveProperty("PROVIDERS");
});

const priced = (price: object) =>
  JSON.stringify([{ name: "x", kind: "openai", baseUrl: "http://x", models: [{ name: "m", price }] }]);

test.each([
  [{ PROVIDERS: "groq" }, "PROVIDERS must be a JSON list."],
  [{ PROVIDERS: '[{"name":"x","kind":"grpc"}]' }, "PROVIDERS.0.kind must be openai, anthropic or bedrock."],
  [
    { PROVIDERS: '[{"name":"openai","kind":"openai"}]' },
    "PROVIDERS.0.name is taken: openai, anthropic and scripted have settings of their own.",
  ],
  [
    { PROVIDERS: '[{"name":"aws","kind":"bedrock"}]' },
    "PROVIDERS must list the models of Bedrock that it may use.",
  ],
  [
    { PROVIDERS: '[{"name":"x","kind":"anthropic"},{"name":"x","kind":"openai"}]' },
    "PROVIDERS must not name two providers alike.",
  ],
  [
    { PROVIDERS: '[{"name":"x","kind":"openai","keyHeader":"cookie"}]' },
    "PROVIDERS.0.keyHeader must be authorization or api-key.",
  ],
  [
    { PROVIDERS: priced({ priceFlat: -1 }) },
    "PROVIDERS.0.models.0.price.priceFlat must be a whole number from 0 to 1000000000.",
  ],
  [
    { PROVIDERS: priced({ priceInput: 1, priceOutput: 1e12 }) },
    "PROVIDERS.0.models.0.price.priceOutput must be a number from 0 to 1000000000.",
  ],
  [{ PROVIDER_KEYS: '{"groq":1}' }, "PROVIDER_KEYS must be a JSON object of texts."],
  [{ PORT: "seventy" }, "PORT must be a number."],
  [{ PORT: "70000" }, "PORT must be at most 65535."],
  [{ SEND_BURST: "1.5" }, "SEND_BURST must be a whole number."],
  [{ DATABASE_URL: "mysql://secret@host/db" }, "DATABASE_URL must be a postgres:// URL."],
  [{ OPENAI_BASE_URL: "localhost:8080" }, "OPENAI_BASE_URL must be an http or https URL."],
  [
    { OTEL_EXPORTER_OTLP_HEADERS: "Bearer secret" },
    "OTEL_EXPORTER_OTLP_HEADERS must be pairs such as key=value, separated by commas.",
  ],
  [{ OTEL_TRACES_SAMPLER_ARG: "5" }, "OTEL_TRACES_SAMPLER_ARG must be at most 1."],
  [{ CAPTCHA: "turnstile", CAPTCHA_SITE_KEY: "k" }, "CAPTCHA needs CAPTCHA_SITE_KEY and CAPTCHA_SECRET."],
  [{ CAPTCHA: "sums" }, "CAPTCHA must be turnstile or hcaptcha."],
  [{ POWERTOOLS_LOG_LEVEL: "LOUD" }, "POWERTOOLS_LOG_LEVEL must be DEBUG, INFO, WARN or ERROR."],
])("%j is one sentence", (variables, sentence) => {
  expect(() => readSettings(variables)).toThrow(new StartupError(sentence));
});

/** A setting as `.env.example` shows it: what it is for, what may stand there, and what it is unless set. */
function shown(name: string, { text, bounds, example, default: value }: Setting): string {
  const shownValue = String(value ?? "") || (example ?? "");
  return `# ${text}${bounds === undefined ? "" : ` (${bounds})`}.\n# ${name}=${shownValue}\n`;
}

test(".env.example is what the definitions say; `vitest -u` writes it", async () => {
  const heading =
    "# Settings of the local stack. Copy to .env and uncomment what you need; environment variables win over the file.\n";
  const settings = Object.entries<Setting>(localSettings).map(([name, setting]) => shown(name, setting));
  const example = [heading, ...settings].join("\n");
  await expect(example).toMatchFileSnapshot("../../../.env.example");
  const uncommented = parseEnv(example.replace(/^# ?(?=[A-Z_]+=)/gm, ""));
  expect(Object.keys(uncommented).toSorted()).toEqual(Object.keys(localSettings).toSorted());
  expect(() => readSettings(uncommented)).not.toThrow();
});
