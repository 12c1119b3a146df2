import {
  cacheSettings,
  embeddingQueueSettings,
  embeddingSettings,
  queueSettings,
  realtimeSettings,
} from "@parley/composition/settings";
import { RETENTION_DAYS, USER_POOL_ID } from "@parley/settings/definitions";

/** The environment of the sweeper; keys and the database's URL come from `loadSecrets`. */
export const settings = {
  ...queueSettings,
  ...embeddingSettings,
  ...embeddingQueueSettings,
  ...realtimeSettings,
  ...cacheSettings,
  RETENTION_DAYS,
  USER_POOL_ID,
};
