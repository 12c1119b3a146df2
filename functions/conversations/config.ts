import { askingSettings, cacheSettings, callerSettings } from "@parley/composition/settings";
import { realtimeSettings } from "@parley/realtime/realtime-settings";
import * as z from "zod";

/** The environment of the conversation routes; keys and the database's URL come from `loadSecrets`. */
export const configSchema = z.object({
  ...callerSettings,
  ...cacheSettings,
  ...realtimeSettings,
  ...askingSettings,
});
