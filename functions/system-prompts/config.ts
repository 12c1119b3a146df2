import { callerSettings } from "@parley/composition/settings";

/** The environment of the system prompt routes; the database's URL comes from `loadDatabaseUrl`. */
export const settings = { ...callerSettings };
