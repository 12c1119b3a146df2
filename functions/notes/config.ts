import { embeddingSettings } from "@parley/application/embedding";
import { callerSettings } from "@parley/application/settings";
import { embeddingQueueSettings } from "@parley/jobs/embedding-queue";
import * as z from "zod";

/** The environment of the note routes; the database's URL comes from `loadDatabaseUrl`. */
export const configSchema = z.object({ ...callerSettings, ...embeddingSettings, ...embeddingQueueSettings });
