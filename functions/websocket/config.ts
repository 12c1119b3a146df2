import { callerSettings, realtimeSettings } from "@parley/composition/settings";

/** The environment of the WebSocket function; the database's URL comes from `loadSecrets`. */
export const settings = { ...callerSettings, ...realtimeSettings };
