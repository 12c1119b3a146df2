import * as z from "zod/mini";
import { providerKeys, providerList } from "./providers.ts";
import {
  choice,
  isOrigin,
  json,
  keySet,
  list,
  modelId,
  number,
  postgresUrl,
  text,
  url,
  websocketUrl,
  wholeNumber,
} from "./setting.ts";

// Every setting of Parley, in the order of .env.example, then what a deployment tells its functions by itself.
// Each call is marked as pure, so that a bundle has the definitions that its function reads and no others.

// Where the local stack listens, and what it keeps.

export const PORT = /* @__PURE__ */ wholeNumber({
  text: "Port of the API; 0 takes a free one",
  minimum: 0,
  maximum: 65_535,
  default: 3_000,
});
export const WS_PORT = /* @__PURE__ */ wholeNumber({
  text: "Port of the WebSocket API; without it the one after the API's",
  minimum: 0,
  maximum: 65_535,
  example: "3001",
});
export const HOST = /* @__PURE__ */ text({ text: "Address to listen at", default: "127.0.0.1" });
export const DATA_DIR = /* @__PURE__ */ text({
  text: "Folder of the database, users and logs",
  default: ".parley",
});
export const BUNDLES_DIR = /* @__PURE__ */ text({
  text: "Folder whose bundles run instead of the sources; `pnpm build` makes this one",
  example: "dist/functions",
});
export const CORS_ORIGINS = /* @__PURE__ */ list({
  text: "Web pages that may call the API from a browser, separated by commas; * for all",
  item: () =>
    z
      .string()
      .check(
        z.refine((text) => text === "*" || isOrigin(text), "must be origins such as http://localhost:5173"),
      ),
  example: "http://localhost:5173",
});

// The database.

export const DATABASE_URL = /* @__PURE__ */ postgresUrl({
  text: "Any Postgres (14 or later) instead of the embedded one",
  example: "postgres://user:password@localhost:5432/parley",
});
export const DIRECT_DATABASE_URL = /* @__PURE__ */ postgresUrl({
  text: "The same Postgres past its transaction pooler, for migrations",
});

// Models.

export const OPENAI_API_KEY = /* @__PURE__ */ text({
  text: "Key of OpenAI; without a key or a server of their own the offline scripted models answer",
});
export const OPENAI_BASE_URL = /* @__PURE__ */ url({
  text: "Any server that speaks OpenAI's chat completions, instead of OpenAI",
  example: "http://localhost:11434/v1",
});
export const ANTHROPIC_API_KEY = /* @__PURE__ */ text({ text: "Key of Anthropic" });
export const ANTHROPIC_BASE_URL = /* @__PURE__ */ url({
  text: "Any server that speaks Anthropic's messages, instead of Anthropic",
});
export const OPENAI_MODELS = /* @__PURE__ */ list({
  text: "Its models, separated by commas; without them `dev` asks the server",
  item: () => z.string(),
  example: "llama3.3,qwen3:8b",
});
export const PROVIDERS = /* @__PURE__ */ json({
  text: "More providers, as a JSON list; the key of each is <NAME>_API_KEY",
  value: providerList,
  default: [],
  example: '[{"name":"groq","kind":"openai","baseUrl":"https://api.groq.com/openai/v1"}]',
});
export const PROVIDER_KEYS = /* @__PURE__ */ json({
  text: "Keys of these providers, as a JSON object by name",
  value: providerKeys,
});
export const DEFAULT_MODEL = /* @__PURE__ */ modelId({
  text: "Model of conversations that name none, as provider/model; without it the first that is offered",
  example: "scripted/demo",
});
export const FALLBACK_MODEL = /* @__PURE__ */ modelId({
  text: "Model that is asked when a reply's own stays unavailable, as provider/model",
});
export const TITLE_MODEL = /* @__PURE__ */ modelId({
  text: "Model that names a conversation after its first answer, as provider/model; without it the first words do",
});

// Search by meaning.

export const EMBEDDING_BASE_URL = /* @__PURE__ */ url({
  text: "Any server that speaks OpenAI's embeddings, for searching by meaning; the database needs pgvector",
  example: "http://localhost:11434/v1",
});
export const EMBEDDING_API_KEY = /* @__PURE__ */ text({ text: "Its key; OpenAI takes OPENAI_API_KEY" });
export const EMBEDDING_MODEL = /* @__PURE__ */ text({
  text: "Model that makes the vectors",
  default: "text-embedding-3-small",
});
// pgvector indexes no vector of more dimensions.
export const EMBEDDING_DIMENSIONS = /* @__PURE__ */ wholeNumber({
  text: "Dimensions of the vectors; `pnpm embed` makes those of what is stored already",
  minimum: 1,
  maximum: 2_000,
  default: 1_536,
});

// The cache.

export const MOMENTO_API_KEY = /* @__PURE__ */ text({
  text: "A Momento cache instead of the local stand-in",
});
export const MOMENTO_CACHE_NAME = /* @__PURE__ */ text({ text: "Name of that cache", default: "parley" });

// Limits of each user.

export const SEND_RATE_PER_SECOND = /* @__PURE__ */ number({
  text: "Messages a second that refill the burst, fractions allowed; 0 is no limit",
  minimum: 0,
  default: 1,
});
export const SEND_BURST = /* @__PURE__ */ wholeNumber({
  text: "Messages that may be sent at once",
  minimum: 1,
  default: 3,
});
// The database counts them as an integer.
export const SEND_RATE_PER_MINUTE = /* @__PURE__ */ wholeNumber({
  text: "Messages a minute; 0 is no limit",
  minimum: 0,
  maximum: 2_147_483_647,
  default: 10,
});
export const API_RATE_PER_SECOND = /* @__PURE__ */ wholeNumber({
  text: "Requests a second, of those that have a user; 0 is no limit",
  minimum: 0,
  default: 20,
});
export const NEW_USER_TOKENS = /* @__PURE__ */ wholeNumber({
  text: "Tokens that a new user starts with",
  minimum: 0,
  default: 4_000,
});
export const MONTHLY_TOKENS = /* @__PURE__ */ wholeNumber({
  text: "Tokens that a balance is topped up to when its user is first seen in a calendar month (UTC); 0 is never",
  minimum: 0,
  default: 0,
});
export const PROMPT_PUBLISHERS = /* @__PURE__ */ choice({
  text: "Who may make system prompts public, for everybody to read",
  words: ["everybody", "admins"],
  default: "everybody",
});
export const RETENTION_DAYS = /* @__PURE__ */ wholeNumber({
  text: "Days after its last change in which a conversation is erased; 0 is never",
  minimum: 0,
  maximum: 36_500,
  default: 0,
});

export * from "./captcha-definitions.ts";
export * from "./limit-definitions.ts";

// Strangers.

export const MAILS_PER_ADDRESS_PER_HOUR = /* @__PURE__ */ wholeNumber({
  text: "Mails with a code that may be asked for an address in an hour; 0 is no limit",
  minimum: 0,
  maximum: 1_000,
  default: 5,
});
export const MAILS_PER_SOURCE_PER_HOUR = /* @__PURE__ */ wholeNumber({
  text: "The same from one IP address, for whomever; 0 is no limit",
  minimum: 0,
  maximum: 100_000,
  default: 10,
});

// Replies.

// On AWS each poll that waits holds a Lambda.
export const MAX_WAIT_SECONDS = /* @__PURE__ */ wholeNumber({
  text: "Longest wait of a poll for its reply, in seconds",
  minimum: 0,
  maximum: 20,
  default: 0,
});
export const REPLY_DEADLINE_SECONDS = /* @__PURE__ */ wholeNumber({
  text: "Seconds from a question until a reply that is not finished has failed",
  minimum: 1,
  maximum: 86_400,
  default: 600,
});
// Its job is hidden for two leases, and SQS hides a message for twelve hours at most.
export const REPLY_LEASE_SECONDS = /* @__PURE__ */ number({
  text: "Seconds for which a worker that has stopped keeps its reply",
  minimum: 1,
  maximum: 21_600,
  default: 30,
});
// SQS delays a message by fifteen minutes at most.
export const REPLY_CHECK_SECONDS = /* @__PURE__ */ wholeNumber({
  text: "Seconds until a check looks whether a reply got on",
  minimum: 1,
  maximum: 900,
  default: 45,
});
export const REPLY_PATIENCE_SECONDS = /* @__PURE__ */ number({
  text: "Seconds that a queued reply may wait before a poll sends its job again",
  minimum: 1,
  default: 30,
});

// Operations.

export const METRICS_TOKEN = /* @__PURE__ */ text({
  text: "The token that reads /metrics; without it there is no such route",
});
export const POWERTOOLS_LOG_LEVEL = /* @__PURE__ */ choice({
  text: "The lowest level that is logged",
  words: ["DEBUG", "INFO", "WARN", "ERROR"],
  default: "INFO",
});
export * from "./telemetry-definitions.ts";

// What a deployment tells its functions by itself.

export const QUEUE_URL = /* @__PURE__ */ url({ text: "Queue of the reply jobs", isRequired: true });
export const EMBEDDING_QUEUE_URL = /* @__PURE__ */ url({
  text: "Queue of the embedding jobs; without it nothing is embedded",
});
export const WEBSOCKET_CALLBACK_URL = /* @__PURE__ */ url({
  text: "Where the WebSocket API takes what is for its connections; without it nothing is sent",
});
export const PUSH_URL = /* @__PURE__ */ websocketUrl({
  text: "Where clients connect for push; without it they poll",
});
export const MOMENTO_ENDPOINT = /* @__PURE__ */ text({
  text: "Host and port of the local stand-in for Momento",
});
export const MIGRATIONS_FOLDER = /* @__PURE__ */ text({
  text: "Folder of the SQL files; without it the repository's",
});
export const USER_POOL_ID = /* @__PURE__ */ text({ text: "Cognito's user pool", isRequired: true });
export const USER_POOL_CLIENT_ID = /* @__PURE__ */ text({
  text: "The API's client of the user pool",
  isRequired: true,
});
export const USER_POOL_JWKS = /* @__PURE__ */ keySet({
  text: "The user pool's public keys; without it Cognito is asked for them",
});
export const ALLOWED_DOMAINS = /* @__PURE__ */ list({
  text: "Domains of e-mail addresses that may sign up, separated by commas; without it only invited people may",
  item: () => z.string().check(z.toLowerCase()),
});
export const SIGN_UP = /* @__PURE__ */ choice({
  text: "Who may sign up: everybody, those of some domains, or only invited people",
  words: ["open", "domains", "invite"],
  default: "open",
});
export const SIGN_IN_URL = /* @__PURE__ */ url({
  text: "Cognito's sign-in page; without it nobody signs in there",
});
export const SIGN_IN_SCOPES = /* @__PURE__ */ list({
  text: "What the sign-in page asks for",
  item: () => z.string(),
});
export const SIGN_IN_CALLBACK_URLS = /* @__PURE__ */ list({
  text: "Pages that the sign-in page may return to, separated by commas; without them nobody is sent there",
  item: () => z.string().check(z.url()),
  example: "http://localhost:3000/",
});
export const SIGN_IN_PROVIDERS = /* @__PURE__ */ list({
  text: "Kind and name of each provider on the sign-in page, such as google:Google,oidc:GitHub",
  item: () =>
    z.pipe(
      z.string().check(z.regex(/^(?:google|oidc):./, "must be kinds and names, such as oidc:GitHub")),
      z.transform((provider: string) => ({
        kind: provider.startsWith("google:") ? ("google" as const) : ("oidc" as const),
        name: provider.slice(provider.indexOf(":") + 1),
      })),
    ),
});
