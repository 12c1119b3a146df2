import { callerSettings, modelSettings } from "@parley/composition/settings";
import { DEFAULT_MODEL, QUEUE_URL } from "@parley/settings/definitions";

/** The environment of the operations routes; keys and the database's URL come from `loadSecrets`. */
export const settings = { ...callerSettings, ...modelSettings, DEFAULT_MODEL, QUEUE_URL };
