import { callerSettings } from "@parley/composition/settings";
import { PROMPT_PUBLISHERS } from "@parley/settings/definitions";

/** The environment of the system prompt routes; the database's URL comes from `loadDatabaseUrl`. */
export const settings = { ...callerSettings, PROMPT_PUBLISHERS };
