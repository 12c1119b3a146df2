import {
  cacheSettings,
  callerSettings,
  embeddingQueueSettings,
  queueSettings,
  realtimeSettings,
} from "@parley/composition/settings";
import { MAX_WAIT_SECONDS, MAX_WAITING_POLLS, REPLY_PATIENCE_SECONDS } from "@parley/settings/definitions";

/** The environment of the reply routes; keys and the database's URL come from `loadSecrets`. */
export const settings = {
  ...callerSettings,
  ...cacheSettings,
  ...realtimeSettings,
  ...queueSettings,
  ...embeddingQueueSettings,
  REPLY_PATIENCE_SECONDS,
  MAX_WAIT_SECONDS,
  MAX_WAITING_POLLS,
};
