import { embeddingSettings } from "@parley/application/embedding";
import { askingSettings, cacheSettings, callerSettings } from "@parley/application/settings";
import { embeddingQueueSettings } from "@parley/jobs/embedding-queue";
import { realtimeSettings } from "@parley/realtime/realtime-settings";
import * as z from "zod";

/** The environment of the message routes; keys and the database's URL come from `loadSecrets`. */
export const configSchema = z.object({
  ...callerSettings,
  ...cacheSettings,
  ...realtimeSettings,
  ...askingSettings,
  ...embeddingSettings,
  ...embeddingQueueSettings,
});
