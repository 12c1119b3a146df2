import { parseReplyJob, type ReplyJob } from "@parley/jobs/reply-job";
import { describeError } from "@parley/runtime/describe-error";
import { logger } from "@parley/runtime/logger";
import type { SQSBatchResponse, SQSRecord } from "aws-lambda";
import { handleJob } from "./handle-job.ts";
import type { Worker } from "./worker.ts";

/** Kept back of the function's time to end what is running. */
const reserveMillis = 15_000;

/** 5 s, 15 s, 45 s …: a database that restarts is back by the second, and the fifth failure is a dead letter. */
function backoffSeconds(record: SQSRecord): number {
  return 5 * 3 ** (Number(record.attributes.ApproximateReceiveCount) - 1);
}

async function runRecord(worker: Worker, record: SQSRecord, endsAt: number): Promise<boolean> {
  let job: ReplyJob | undefined;
  try {
    job = parseReplyJob(record.body);
    await handleJob(worker, job, endsAt);
    return true;
  } catch (error) {
    // A warning: the queue gives the job again, and the dead-letter function ends what never works.
    logger.warn("job failed", {
      messageId: record.messageId,
      requestId: job?.requestId,
      replyId: job?.replyId,
      error: describeError(error),
    });
    await worker.queue.retryLater(record.receiptHandle, backoffSeconds(record));
    return false;
  }
}

/** Runs all jobs at once, since a reply only waits for the network, and names those that failed. */
export async function runBatch(
  worker: Worker,
  records: readonly SQSRecord[],
  remainingMillis: () => number,
): Promise<SQSBatchResponse> {
  const endsAt = Date.now() + remainingMillis() - reserveMillis;
  const results = await Promise.all(
    records.map(async (record) => ({ record, isDone: await runRecord(worker, record, endsAt) })),
  );
  return {
    batchItemFailures: results
      .filter(({ isDone }) => !isDone)
      .map(({ record }) => ({ itemIdentifier: record.messageId })),
  };
}
