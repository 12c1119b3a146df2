import {
  cacheSettings,
  callerSettings,
  expensiveSettings,
  modelSettings,
  realtimeSettings,
  usingSettings,
} from "@parley/composition/settings";
import { DEFAULT_MODEL, USER_POOL_ID } from "@parley/settings/definitions";

/** The environment of the account routes; keys and the database's URL come from `loadSecrets`. */
export const settings = {
  ...callerSettings,
  ...expensiveSettings,
  ...cacheSettings,
  ...realtimeSettings,
  ...usingSettings,
  USER_POOL_ID,
  ...modelSettings,
  DEFAULT_MODEL,
};
