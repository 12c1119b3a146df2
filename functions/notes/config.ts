import {
  callerSettings,
  embeddingQueueSettings,
  embeddingSettings,
  expensiveSettings,
} from "@parley/composition/settings";

/** The environment of the note routes; the database's URL comes from `loadDatabaseUrl`. */
export const settings = {
  ...callerSettings,
  ...expensiveSettings,
  ...embeddingSettings,
  ...embeddingQueueSettings,
};
