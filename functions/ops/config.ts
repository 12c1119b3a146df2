import { callerSettings } from "@parley/composition/settings";
import * as z from "zod";

/** The environment of the operations routes; keys and the database's URL come from `loadSecrets`. */
export const configSchema = z.object({
  ...callerSettings,
  OPENAI_BASE_URL: z.url().optional(),
  DEFAULT_MODEL: z.string().optional(),
  /** Of the reply jobs, for its depth. */
  QUEUE_URL: z.url(),
});
