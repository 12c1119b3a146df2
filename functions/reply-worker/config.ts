import * as z from "zod";

export const configSchema = z.object({
  QUEUE_URL: z.url(),
  OPENAI_BASE_URL: z.url().optional(),
  ANTHROPIC_BASE_URL: z.url().optional(),
  /** Asked once more when the reply's own model stays unavailable. */
  FALLBACK_MODEL: z.string().optional(),
  MOMENTO_CACHE_NAME: z.string().default("parley"),
  MOMENTO_ENDPOINT: z.string().optional(),
});
