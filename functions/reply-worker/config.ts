import {
  cacheSettings,
  embeddingQueueSettings,
  modelSettings,
  queueSettings,
  realtimeSettings,
} from "@parley/composition/settings";
import {
  ANTHROPIC_BASE_URL,
  FALLBACK_MODEL,
  MAX_RUNNING_REPLIES,
  REPLY_LEASE_SECONDS,
  TITLE_MODEL,
} from "@parley/settings/definitions";

/** The environment of the worker; keys and the database's URL come from `loadSecrets`. */
export const settings = {
  ...queueSettings,
  ...embeddingQueueSettings,
  ...realtimeSettings,
  ...cacheSettings,
  ...modelSettings,
  REPLY_LEASE_SECONDS,
  MAX_RUNNING_REPLIES,
  ANTHROPIC_BASE_URL,
  FALLBACK_MODEL,
  TITLE_MODEL,
};
