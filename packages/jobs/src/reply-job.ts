import * as z from "zod/mini";

/**
 * What the queue carries: ids only, never text. `run` asks for a reply to be generated; `check` comes later and
 * looks whether it was, until the reply is terminal.
 */
export const replyJobSchema = z.strictObject({
  kind: z.enum(["run", "check"]),
  ownerId: z.string().check(z.minLength(1)),
  replyId: z.string().check(z.minLength(1)),
  /** Of the request that asked for the reply; in every log line of its job. */
  requestId: z.string().check(z.minLength(1)),
});

export type ReplyJob = z.infer<typeof replyJobSchema>;

/**
 * A job from a queue message's body.
 * @throws Error when it is not a job; the message then ends in the dead-letter queue
 */
export function parseReplyJob(body: string): ReplyJob {
  return replyJobSchema.parse(JSON.parse(body));
}
