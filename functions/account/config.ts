import {
  cacheSettings,
  callerSettings,
  expensiveSettings,
  modelSettings,
  realtimeSettings,
} from "@parley/composition/settings";
import { DEFAULT_MODEL, USER_POOL_ID } from "@parley/settings/definitions";

/** The environment of the account routes; keys and the database's URL come from `loadSecrets`. */
export const settings = {
  ...callerSettings,
  ...expensiveSettings,
  ...cacheSettings,
  ...realtimeSettings,
  USER_POOL_ID,
  ...modelSettings,
  DEFAULT_MODEL,
};
