import { parseReplyJob, type ReplyJob } from "@parley/jobs/reply-job";
import type { Delivery } from "@parley/jobs/reply-source";
import { describeError } from "@parley/runtime/describe-error";
import { logger } from "@parley/runtime/logger";
import type { SQSBatchResponse, SQSRecord } from "aws-lambda";
import { handleJob } from "./handle-job.ts";
import { runWithRefill } from "./run-with-refill.ts";
import type { Worker } from "./worker.ts";

/** Kept back of the function's time to end what is running. */
const reserveMillis = 15_000;
/** Of the function's time; the rest is for the replies that are begun last. */
const refillShare = 1 / 3;

/** 5 s, 15 s, 45 s …: a database that restarts is back by the second, and the fifth failure is a dead letter. */
function backoffSeconds({ receiveCount }: Delivery): number {
  return 5 * 3 ** (receiveCount - 1);
}

function deliveryOf({ messageId, body, receiptHandle, attributes }: SQSRecord): Delivery {
  return { messageId, body, receiptHandle, receiveCount: Number(attributes.ApproximateReceiveCount) };
}

async function runDelivery(worker: Worker, delivery: Delivery, endsAt: number): Promise<boolean> {
  let job: ReplyJob | undefined;
  try {
    job = parseReplyJob(delivery.body);
    await handleJob(worker, job, endsAt);
    return true;
  } catch (error) {
    // A warning: the queue gives the job again, and the dead-letter function ends what never works.
    logger.warn("job failed", {
      messageId: delivery.messageId,
      requestId: job?.requestId,
      replyId: job?.replyId,
      error: describeError(error),
    });
    await worker.queue.retryLater(delivery.receiptHandle, backoffSeconds(delivery));
    return false;
  }
}

/**
 * Runs all jobs at once, since a reply only waits for the network, and names those that failed. While any of them runs
 * it fills free slots from the queue itself, and deletes there what it has finished.
 */
export async function runBatch(
  worker: Worker,
  records: readonly SQSRecord[],
  remainingMillis: () => number,
): Promise<SQSBatchResponse> {
  const begunAt = Date.now();
  const millis = remainingMillis() - reserveMillis;
  const endsAt = begunAt + millis;
  const batchItemFailures: SQSBatchResponse["batchItemFailures"] = [];
  const given = records.map(async (record) => {
    const isDone = await runDelivery(worker, deliveryOf(record), endsAt);
    if (!isDone) batchItemFailures.push({ itemIdentifier: record.messageId });
  });
  const { source } = worker;
  if (source === undefined) await Promise.all(given);
  else {
    await runWithRefill(given, {
      source,
      run: async (delivery) => {
        if (await runDelivery(worker, delivery, endsAt)) await source.remove(delivery.receiptHandle);
      },
      until: begunAt + millis * refillShare,
    });
  }
  return { batchItemFailures };
}
