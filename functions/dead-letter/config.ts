import * as z from "zod";

export const configSchema = z.object({
  QUEUE_URL: z.url(),
  MOMENTO_CACHE_NAME: z.string().default("parley"),
  MOMENTO_ENDPOINT: z.string().optional(),
});
