import { callerSettings, realtimeSettings } from "@parley/composition/settings";
import { CORS_ORIGINS } from "@parley/settings/definitions";

/** The environment of the WebSocket function; the database's URL comes from `loadSecrets`. */
export const settings = { ...callerSettings, ...realtimeSettings, CORS_ORIGINS };
