import { callerSettings, embeddingQueueSettings, embeddingSettings } from "@parley/composition/settings";

/** The environment of the note routes; the database's URL comes from `loadDatabaseUrl`. */
export const settings = { ...callerSettings, ...embeddingSettings, ...embeddingQueueSettings };
