import { callerSettings } from "@parley/composition/settings";
import { realtimeSettings } from "@parley/realtime/realtime-settings";
import * as z from "zod";

/** The environment of the WebSocket function; the database's URL comes from `loadSecrets`. */
export const configSchema = z.object({ ...callerSettings, ...realtimeSettings });
