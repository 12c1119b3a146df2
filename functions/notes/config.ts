import { callerSettings, embeddingSettings } from "@parley/composition/settings";
import { embeddingQueueSettings } from "@parley/jobs/embedding-queue";
import * as z from "zod";

/** The environment of the note routes; the database's URL comes from `loadDatabaseUrl`. */
export const configSchema = z.object({ ...callerSettings, ...embeddingSettings, ...embeddingQueueSettings });
