import {
  askingSettings,
  cacheSettings,
  callerSettings,
  embeddingSettings,
} from "@parley/composition/settings";
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
