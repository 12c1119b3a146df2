import * as z from "zod";
import { usualCheckDelaySeconds } from "./reply-queue.ts";

/** Of every function that sends reply jobs. */
export const queueSettings = {
  QUEUE_URL: z.url(),
  /** Seconds until a check looks whether a reply got on; SQS delays 900 at most. */
  REPLY_CHECK_SECONDS: z.coerce.number().int().min(1).max(900).default(usualCheckDelaySeconds),
};
