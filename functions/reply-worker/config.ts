import { usualLeaseSeconds } from "@parley/data/reply-jobs";
import { embeddingQueueSettings } from "@parley/jobs/embedding-queue";
import { queueSettings } from "@parley/jobs/queue-settings";
import { realtimeSettings } from "@parley/realtime/realtime-settings";
import * as z from "zod";

export const configSchema = z.object({
  ...queueSettings,
  ...embeddingQueueSettings,
  ...realtimeSettings,
  /** How long a worker that tells nothing keeps a reply; twice as long, it keeps its job. */
  REPLY_LEASE_SECONDS: z.coerce.number().min(1).default(usualLeaseSeconds),
  OPENAI_BASE_URL: z.url().optional(),
  ANTHROPIC_BASE_URL: z.url().optional(),
  /** Asked once more when the reply's own model stays unavailable. */
  FALLBACK_MODEL: z.string().optional(),
  MOMENTO_CACHE_NAME: z.string().default("parley"),
  MOMENTO_ENDPOINT: z.string().optional(),
});
