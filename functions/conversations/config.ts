import {
  askingSettings,
  cacheSettings,
  callerSettings,
  expensiveSettings,
  realtimeSettings,
} from "@parley/composition/settings";

/** The environment of the conversation routes; keys and the database's URL come from `loadSecrets`. */
export const settings = {
  ...callerSettings,
  ...expensiveSettings,
  ...cacheSettings,
  ...realtimeSettings,
  ...askingSettings,
};
