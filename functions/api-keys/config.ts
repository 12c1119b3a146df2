import { callerSettings, realtimeSettings } from "@parley/composition/settings";

/** The environment of the API-key routes; the database's URL comes from `loadDatabaseUrl`. */
export const settings = { ...callerSettings, ...realtimeSettings };
