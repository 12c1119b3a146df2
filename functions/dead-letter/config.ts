import { cacheSettings, queueSettings, realtimeSettings } from "@parley/composition/settings";

/** The environment of the dead-letter function; keys and the database's URL come from `loadSecrets`. */
export const settings = { ...queueSettings, ...realtimeSettings, ...cacheSettings };
