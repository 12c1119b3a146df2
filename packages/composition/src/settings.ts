import { queueSettings } from "@parley/jobs/queue-settings";
import * as z from "zod";

/** Of every function that answers signed-in users. */
export const callerSettings = {
  NEW_USER_TOKENS: z.coerce.number().int().min(0).default(4_000),
  /** What a balance is topped up to in the first use of a calendar month (UTC); 0 = never. */
  MONTHLY_TOKENS: z.coerce.number().int().min(0).default(0),
  /** Per user, on routes that are not exempt; 0 = no limit. */
  API_RATE_PER_SECOND: z.coerce.number().int().min(0).default(20),
};

/** Of every function that reads or invalidates the cache. The key is one of the secrets. */
export const cacheSettings = {
  MOMENTO_CACHE_NAME: z.string().default("parley"),
  MOMENTO_ENDPOINT: z.string().optional(),
};

/** Of every function that asks a model. The keys are among the secrets. */
export const askingSettings = {
  ...queueSettings,
  OPENAI_BASE_URL: z.url().optional(),
  DEFAULT_MODEL: z.string().optional(),
  /** Sends per user; 0 = no limit. */
  SEND_RATE_PER_SECOND: z.coerce.number().min(0).default(1),
  SEND_BURST: z.coerce.number().int().min(1).default(3),
  SEND_RATE_PER_MINUTE: z.coerce.number().int().min(0).default(10),
  /** From asking to `timed_out`. */
  REPLY_DEADLINE_SECONDS: z.coerce.number().int().min(1).default(600),
};

const schema = z.object({ ...askingSettings, MONTHLY_TOKENS: callerSettings.MONTHLY_TOKENS });

export type AskingSettings = z.output<typeof schema>;

/** Of every function that turns texts into vectors. The key is one of the secrets. */
export const embeddingSettings = {
  OPENAI_BASE_URL: z.url().optional(),
  /** OpenAI or any server that speaks its embeddings protocol. */
  EMBEDDING_BASE_URL: z.url().optional(),
  EMBEDDING_MODEL: z.string().default("text-embedding-3-small"),
  /** Vectors of more than 2 000 cannot be indexed by pgvector. */
  EMBEDDING_DIMENSIONS: z.coerce.number().int().min(1).max(2_000).default(1_536),
};

export const embeddingSchema = z.object(embeddingSettings);

export type EmbeddingSettings = z.output<typeof embeddingSchema>;
