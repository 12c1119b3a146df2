import { callerSettings } from "@parley/composition/settings";
import { DEFAULT_MODEL, OPENAI_BASE_URL, QUEUE_URL } from "@parley/settings/definitions";

/** The environment of the operations routes; keys and the database's URL come from `loadSecrets`. */
export const settings = { ...callerSettings, OPENAI_BASE_URL, DEFAULT_MODEL, QUEUE_URL };
