import { queueSettings } from "@parley/jobs/queue-settings";
import * as z from "zod";

export const configSchema = z.object({
  ...queueSettings,
  MOMENTO_CACHE_NAME: z.string().default("parley"),
  MOMENTO_ENDPOINT: z.string().optional(),
});
