import { callerSettings } from "@parley/application/settings";
import * as z from "zod";

/** The environment of the note routes; the database's URL comes from `loadDatabaseUrl`. */
export const configSchema = z.object({ ...callerSettings });
