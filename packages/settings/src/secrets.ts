import type * as definitions from "./definitions.ts";

/** The variables that hold secrets, by their names in the JSON of a stage's secret. */
export const secretVariables = {
  databaseUrl: "DATABASE_URL",
  directDatabaseUrl: "DIRECT_DATABASE_URL",
  openaiApiKey: "OPENAI_API_KEY",
  anthropicApiKey: "ANTHROPIC_API_KEY",
  providerKeys: "PROVIDER_KEYS",
  momentoApiKey: "MOMENTO_API_KEY",
  embeddingApiKey: "EMBEDDING_API_KEY",
  metricsToken: "METRICS_TOKEN",
  captchaSecret: "CAPTCHA_SECRET",
  otlpHeaders: "OTEL_EXPORTER_OTLP_HEADERS",
} as const satisfies Readonly<Record<string, keyof typeof definitions>>;
