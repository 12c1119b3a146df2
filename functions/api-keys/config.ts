import { callerSettings } from "@parley/composition/settings";
import * as z from "zod";

/** The environment of the API-key routes; the database's URL comes from `loadDatabaseUrl`. */
export const configSchema = z.object({ ...callerSettings });
