import * as all from "@parley/settings/definitions";
import type { Values } from "@parley/settings/read-settings";

/** Of every function that answers signed-in users. */
export const callerSettings = {
  NEW_USER_TOKENS: all.NEW_USER_TOKENS,
  MONTHLY_TOKENS: all.MONTHLY_TOKENS,
  API_RATE_PER_SECOND: all.API_RATE_PER_SECOND,
};

/** Of every function with routes that cost the database more than others. */
export const expensiveSettings = { EXPENSIVE_RATE_PER_MINUTE: all.EXPENSIVE_RATE_PER_MINUTE };

/** Of every function that reads or invalidates the cache. The key is one of the secrets. */
export const cacheSettings = {
  MOMENTO_CACHE_NAME: all.MOMENTO_CACHE_NAME,
  MOMENTO_ENDPOINT: all.MOMENTO_ENDPOINT,
};

/** Of every function that tells listeners. */
export const realtimeSettings = { WEBSOCKET_CALLBACK_URL: all.WEBSOCKET_CALLBACK_URL };

/** Of every function that sends reply jobs. */
export const queueSettings = {
  QUEUE_URL: all.QUEUE_URL,
  REPLY_CHECK_SECONDS: all.REPLY_CHECK_SECONDS,
};

/** Of every function that knows the models. The keys are among the secrets. */
export const modelSettings = {
  OPENAI_BASE_URL: all.OPENAI_BASE_URL,
  OPENAI_MODELS: all.OPENAI_MODELS,
  PROVIDERS: all.PROVIDERS,
};

export type ModelSettings = Values<typeof modelSettings>;

/** What a user may have in flight and use: of every function that keeps to it or shows it. */
export const usingSettings = {
  MAX_RUNNING_REPLIES: all.MAX_RUNNING_REPLIES,
  MAX_WAITING_REPLIES: all.MAX_WAITING_REPLIES,
  USER_TOKENS_PER_DAY: all.USER_TOKENS_PER_DAY,
  USER_TOKENS_PER_MONTH: all.USER_TOKENS_PER_MONTH,
};

export type UsingSettings = Values<typeof usingSettings>;

/** Of every function that asks a model. */
export const askingSettings = {
  ...queueSettings,
  ...modelSettings,
  DEFAULT_MODEL: all.DEFAULT_MODEL,
  SEND_RATE_PER_SECOND: all.SEND_RATE_PER_SECOND,
  SEND_BURST: all.SEND_BURST,
  SEND_RATE_PER_MINUTE: all.SEND_RATE_PER_MINUTE,
  REPLY_DEADLINE_SECONDS: all.REPLY_DEADLINE_SECONDS,
  ...usingSettings,
  REPLY_INPUT_TOKENS: all.REPLY_INPUT_TOKENS,
  DOLLARS_PER_DAY: all.DOLLARS_PER_DAY,
};

export type AskingSettings = Values<typeof askingSettings & Pick<typeof callerSettings, "MONTHLY_TOKENS">>;

/** Of every function that turns texts into vectors. The key is one of the secrets. */
export const embeddingSettings = {
  OPENAI_BASE_URL: all.OPENAI_BASE_URL,
  EMBEDDING_BASE_URL: all.EMBEDDING_BASE_URL,
  EMBEDDING_MODEL: all.EMBEDDING_MODEL,
  EMBEDDING_DIMENSIONS: all.EMBEDDING_DIMENSIONS,
};

export type EmbeddingSettings = Values<typeof embeddingSettings>;

/** Of every function that stores texts. */
export const embeddingQueueSettings = { EMBEDDING_QUEUE_URL: all.EMBEDDING_QUEUE_URL };
