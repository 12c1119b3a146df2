import { embeddingSettings } from "@parley/composition/settings";
import { embeddingQueueSettings } from "@parley/jobs/embedding-queue";
import { queueSettings } from "@parley/jobs/queue-settings";
import { realtimeSettings } from "@parley/realtime/realtime-settings";
import * as z from "zod";

export const configSchema = z.object({
  ...queueSettings,
  ...embeddingSettings,
  ...embeddingQueueSettings,
  ...realtimeSettings,
  MOMENTO_CACHE_NAME: z.string().default("parley"),
  MOMENTO_ENDPOINT: z.string().optional(),
  /** Where the sign-ins of deleted accounts are. */
  USER_POOL_ID: z.string(),
});
