import {
  askingSettings,
  cacheSettings,
  callerSettings,
  expensiveSettings,
  realtimeSettings,
} from "@parley/composition/settings";
import { RETENTION_DAYS } from "@parley/settings/definitions";

/** The environment of the conversation routes; keys and the database's URL come from `loadSecrets`. */
export const settings = {
  ...callerSettings,
  ...expensiveSettings,
  ...cacheSettings,
  ...realtimeSettings,
  ...askingSettings,
  RETENTION_DAYS,
};
