import { callerSettings } from "@parley/composition/settings";
import * as z from "zod";

/** The environment of the system prompt routes; the database's URL comes from `loadDatabaseUrl`. */
export const configSchema = z.object({ ...callerSettings });
