import {
  askingSettings,
  cacheSettings,
  callerSettings,
  realtimeSettings,
} from "@parley/composition/settings";
import { ANTHROPIC_BASE_URL, USER_POOL_ID } from "@parley/settings/definitions";

/** The environment of the admins' routes; keys and the database's URL come from `loadSecrets`. */
export const settings = {
  ...callerSettings,
  ...cacheSettings,
  ...realtimeSettings,
  ...askingSettings,
  USER_POOL_ID,
  ANTHROPIC_BASE_URL,
};
