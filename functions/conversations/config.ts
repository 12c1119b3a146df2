import {
  askingSettings,
  cacheSettings,
  callerSettings,
  realtimeSettings,
} from "@parley/composition/settings";

/** The environment of the conversation routes; keys and the database's URL come from `loadSecrets`. */
export const settings = { ...callerSettings, ...cacheSettings, ...realtimeSettings, ...askingSettings };
