import { describeError } from "@parley/runtime/describe-error";
import { logger } from "@parley/runtime/logger";
import { sendSpan } from "@parley/runtime/span-kinds";
import { traced } from "@parley/runtime/tracer";
import { REPLY_CHECK_SECONDS } from "@parley/settings/definitions";
import { lazyQueueClient } from "./queue-client.ts";
import type { ReplyJob } from "./reply-job.ts";
import { traceAttributes } from "./trace-attribute.ts";

type Target = Omit<ReplyJob, "kind">;

export interface ReplyQueue {
  /** Seconds between a job and the check of it. */
  readonly checkDelaySeconds: number;
  /**
   * Sends the job of a queued reply and the delayed check of it. Best effort: the queued row is the outbox, so
   * a failure is logged and answered with false.
   */
  enqueueReply(target: Target): Promise<boolean>;
  /**
   * Sends only the check, to run in `delaySeconds` (0 to 900).
   * @throws when the queue refuses: the caller then keeps the job it has
   */
  enqueueCheck(target: Target, delaySeconds: number): Promise<void>;
  /**
   * Gives received jobs (10 at most) again in `seconds` unless they are deleted by then, instead of after the queue's
   * visibility timeout, which is longer than the longest batch. Best effort.
   */
  returnIn(receiptHandles: readonly string[], seconds: number): Promise<void>;
  /** Loads the client beside what the caller is doing, so that the first send need not wait for it. */
  warm(): void;
}

/** The queue at `queueUrl`. */
export function createReplyQueue(
  queueUrl: string,
  checkDelaySeconds: number = REPLY_CHECK_SECONDS.default,
): ReplyQueue {
  const sdk = lazyQueueClient({ maxAttempts: 2, timeoutMillis: 3_000 });

  function entry(job: ReplyJob, delaySeconds: number) {
    return {
      Id: job.kind,
      MessageBody: JSON.stringify(job),
      // A fair queue: one user's backlog does not delay the others.
      MessageGroupId: job.ownerId,
      ...traceAttributes(),
      ...(delaySeconds > 0 && { DelaySeconds: delaySeconds }),
    };
  }

  async function sendBoth(target: Target): Promise<boolean> {
    try {
      const { client, sqs } = await sdk();
      const answer = await client.send(
        new sqs.SendMessageBatchCommand({
          QueueUrl: queueUrl,
          Entries: [
            entry({ ...target, kind: "run" }, 0),
            entry({ ...target, kind: "check" }, checkDelaySeconds),
          ],
        }),
      );
      const failed = answer.Failed ?? [];
      if (failed.length > 0) {
        logger.warn("job not sent", { replyId: target.replyId, codes: failed.map((one) => one.Code) });
      }
      return failed.length === 0;
    } catch (error) {
      logger.warn("job not sent", { replyId: target.replyId, error: describeError(error) });
      return false;
    }
  }

  async function sendCheck(target: Target, delaySeconds: number): Promise<void> {
    const { client, sqs } = await sdk();
    const { Id: _, ...message } = entry({ ...target, kind: "check" }, delaySeconds);
    await client.send(new sqs.SendMessageCommand({ QueueUrl: queueUrl, ...message }));
  }

  return {
    checkDelaySeconds,
    enqueueReply: (target) => traced("queue.send", () => sendBoth(target), sendSpan),
    enqueueCheck: (target, delaySeconds) =>
      traced("queue.send", () => sendCheck(target, delaySeconds), sendSpan),
    async returnIn(receiptHandles, seconds) {
      try {
        const { client, sqs } = await sdk();
        await client.send(
          new sqs.ChangeMessageVisibilityBatchCommand({
            QueueUrl: queueUrl,
            Entries: receiptHandles.map((receiptHandle, index) => ({
              Id: String(index),
              ReceiptHandle: receiptHandle,
              VisibilityTimeout: seconds,
            })),
          }),
        );
      } catch (error) {
        logger.warn("jobs not brought forward", { error: describeError(error) });
      }
    },
    warm: () => {
      sdk().catch(() => {});
    },
  };
}
