import {
  askingSettings,
  cacheSettings,
  callerSettings,
  embeddingQueueSettings,
  embeddingSettings,
  expensiveSettings,
  realtimeSettings,
} from "@parley/composition/settings";

/** The environment of the message routes; keys and the database's URL come from `loadSecrets`. */
export const settings = {
  ...callerSettings,
  ...expensiveSettings,
  ...cacheSettings,
  ...realtimeSettings,
  ...askingSettings,
  ...embeddingSettings,
  ...embeddingQueueSettings,
};
