import { cacheSettings, callerSettings } from "@parley/application/settings";
import * as z from "zod";

/** The environment of the reply routes; keys and the database's URL come from `loadSecrets`. */
export const configSchema = z.object({
  ...callerSettings,
  ...cacheSettings,
  QUEUE_URL: z.url(),
  /** Cap of `waitSeconds`. 0 on AWS, where each waiting poll holds a Lambda. */
  MAX_WAIT_SECONDS: z.coerce.number().int().min(0).max(20).default(0),
});
