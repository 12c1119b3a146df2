import { cacheSettings, callerSettings } from "@parley/composition/settings";
import { patienceSeconds } from "@parley/data/replies";
import { queueSettings } from "@parley/jobs/queue-settings";
import { realtimeSettings } from "@parley/realtime/realtime-settings";
import * as z from "zod";

/** The environment of the reply routes; keys and the database's URL come from `loadSecrets`. */
export const configSchema = z.object({
  ...callerSettings,
  ...cacheSettings,
  ...realtimeSettings,
  ...queueSettings,
  /** How long a queued reply may wait before a poll sends its job again. */
  REPLY_PATIENCE_SECONDS: z.coerce.number().min(1).default(patienceSeconds),
  /** Cap of `waitSeconds`. 0 on AWS, where each waiting poll holds a Lambda. */
  MAX_WAIT_SECONDS: z.coerce.number().int().min(0).max(20).default(0),
});
