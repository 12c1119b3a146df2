import { parseReplyJob, type ReplyJob } from "@parley/jobs/reply-job";
import type { ReplyQueue } from "@parley/jobs/reply-queue";
import type { Delivery } from "@parley/jobs/reply-source";
import { traceparentOf } from "@parley/jobs/trace-attribute";
import { describeError } from "@parley/runtime/describe-error";
import { describeFault } from "@parley/runtime/describe-fault";
import { logger } from "@parley/runtime/logger";
import { inSpan } from "@parley/runtime/telemetry";
import type { SQSBatchResponse, SQSRecord } from "aws-lambda";
import { handleJob } from "./handle-job.ts";
import { type Hold, holdJobs } from "./hold-jobs.ts";
import { jobSpan } from "./reply-spans.ts";
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

function deliveryOf(record: SQSRecord): Delivery {
  const { messageId, body, receiptHandle, attributes } = record;
  const receiveCount = Number(attributes.ApproximateReceiveCount);
  return { messageId, body, receiptHandle, receiveCount, traceparent: traceparentOf(record) };
}

/** A delivery and its job; none when it is no job. */
interface Received extends Delivery {
  job: ReplyJob | undefined;
}

function received(delivery: Delivery): Received {
  try {
    return { ...delivery, job: parseReplyJob(delivery.body) };
  } catch (error) {
    logger.warn("no job", { messageId: delivery.messageId, error: describeError(error) });
    return { ...delivery, job: undefined };
  }
}

/** Whether job and check of one reply are among them, as after a standstill: nobody else would look after it. */
function hasAllOfAReply(batch: readonly Received[]): boolean {
  const jobs = batch.flatMap(({ job }) => job ?? []);
  return new Set(jobs.map(({ replyId }) => replyId)).size < jobs.length;
}

async function isDone(worker: Worker, received: Received, endsAt: number): Promise<boolean> {
  const { job, messageId, traceparent } = received;
  if (job === undefined) return false;
  try {
    await inSpan("process reply job", jobSpan(job, traceparent), () => handleJob(worker, job, endsAt));
    return true;
  } catch (error) {
    // A warning: the queue gives the job again, and the dead-letter function ends what never works.
    const { requestId, replyId } = job;
    logger.warn("job failed", { messageId, requestId, replyId, error: describeFault(error) });
    return false;
  }
}

interface Batch {
  worker: Worker;
  hold: Hold;
  endsAt: number;
}

/** Works at what was taken into the hold; false when it is to come again, and soon. */
async function run({ worker, hold, endsAt }: Batch, delivery: Received): Promise<boolean> {
  const { receiptHandle } = delivery;
  const done = await isDone(worker, delivery, endsAt);
  const wasHeld = hold.release(receiptHandle);
  if (!done) await worker.queue.returnIn([receiptHandle], backoffSeconds(delivery));
  else if (wasHeld) await worker.source?.remove(receiptHandle);
  return done;
}

/** Gives a batch back that could not be begun; it comes again as one that failed. */
export async function giveBack(
  queue: Pick<ReplyQueue, "returnIn">,
  records: readonly SQSRecord[],
): Promise<void> {
  await Promise.all(
    records.map(deliveryOf).map((each) => queue.returnIn([each.receiptHandle], backoffSeconds(each))),
  );
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
  const hold = holdJobs(worker);
  const batch: Batch = { worker, hold, endsAt: begunAt + millis };
  const given = records.map((record) => received(deliveryOf(record)));
  for (const { receiptHandle } of given) hold.take(receiptHandle);
  if (hasAllOfAReply(given)) await hold.renew();
  const batchItemFailures: SQSBatchResponse["batchItemFailures"] = [];
  const first = given.map(async (delivery) => {
    if (!(await run(batch, delivery))) batchItemFailures.push({ itemIdentifier: delivery.messageId });
  });
  const { source } = worker;
  if (source === undefined) await Promise.all(first);
  else {
    await runWithRefill(first, {
      receive: (limit) => source.receive(limit, worker.holdSeconds),
      run: async (delivery) => {
        hold.take(delivery.receiptHandle, true);
        await run(batch, received(delivery));
      },
      until: begunAt + millis * refillShare,
    });
  }
  hold.stop();
  // The environment is frozen once the batch is answered.
  await Promise.all(worker.background);
  return { batchItemFailures };
}
