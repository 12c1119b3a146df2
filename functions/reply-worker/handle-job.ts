import { isConnectionFailure } from "@parley/data/database-errors";
import { repairReply } from "@parley/data/replies";
import { type Claim, claimReply } from "@parley/data/reply-jobs";
import { announceEnding } from "@parley/jobs/announce-ending";
import type { ReplyJob } from "@parley/jobs/reply-job";
import { logger } from "@parley/runtime/logger";
import { databaseSpan } from "@parley/runtime/span-kinds";
import { traced } from "@parley/runtime/tracer";
import { discardResponses } from "./discard-responses.ts";
import { runReply } from "./run-reply.ts";
import type { Worker } from "./worker.ts";

/** Looks again when the present lease has run out, or after the default delay. */
async function checkLater(
  worker: Worker,
  job: ReplyJob,
  leaseSecondsLeft = Number.POSITIVE_INFINITY,
): Promise<void> {
  const { checkDelaySeconds } = worker.queue;
  const delay = Math.min(Math.max(Math.ceil(leaseSecondsLeft) + 1, 1), checkDelaySeconds);
  await worker.queue.enqueueCheck(job, delay);
}

/** A check of a waiting reply looks after the one it waits for, whose own jobs may all be lost. */
async function checkBlocker(worker: Worker, job: ReplyJob): Promise<void> {
  const { ownerId, replyId, requestId } = job;
  const stale = await repairReply(worker.database, ownerId, replyId, worker.leaseSeconds);
  if (stale !== undefined) await worker.queue.enqueueReply({ ownerId, replyId: stale, requestId });
  await checkLater(worker, job);
}

/**
 * The reply, if it may be had; undefined for a check that found no database. Such a check starts anew: received five
 * times it would be a dead letter, and nobody would look after the reply when the database is back.
 */
async function claim(worker: Worker, job: ReplyJob): Promise<Claim | undefined> {
  const { ownerId, replyId } = job;
  try {
    return await traced(
      "database claim",
      () => claimReply(worker.database, ownerId, replyId, worker.leaseSeconds, worker.maxRunning),
      databaseSpan,
    );
  } catch (error) {
    if (job.kind !== "check" || !isConnectionFailure(error)) throw error;
    await checkLater(worker, job);
    return undefined;
  }
}

/**
 * One job. A claim that is lost to another worker, or that must wait for an earlier reply or a slot of its user, ends
 * the job; a check comes back until its reply is terminal.
 * @param endsAt epoch milliseconds at which the function's time for replies is over
 * @throws when the database or, for a check, the queue cannot be reached: the queue then gives the job again
 */
export async function handleJob(worker: Worker, job: ReplyJob, endsAt: number): Promise<void> {
  const claimed = await claim(worker, job);
  const log = { requestId: job.requestId, userId: job.ownerId, replyId: job.replyId, kind: job.kind };
  switch (claimed?.outcome) {
    case "claimed":
      // The job is gone once it is taken: whoever looks after this attempt must be in the queue before it runs.
      if (job.kind === "check") await checkLater(worker, job).catch(() => {});
      logger.info("reply claimed", {
        ...log,
        conversationId: claimed.reply.conversationId,
        attempt: claimed.reply.attempt,
      });
      return runReply(worker, job, claimed, endsAt);
    case "expired":
      logger.warn("reply timed out", log);
      return announceEnding(worker, job.requestId, claimed);
    case "leased":
      return job.kind === "check" ? checkLater(worker, job, claimed.leaseSecondsLeft) : undefined;
    // The ending that frees a slot sends its job.
    case "no_slot":
      return job.kind === "check" ? checkLater(worker, job) : undefined;
    case "blocked":
      return job.kind === "check" ? checkBlocker(worker, job) : undefined;
    case "finished":
    case "missing":
      return discardResponses(worker, { ...job, responses: claimed.stored ?? [] });
    default:
      return undefined;
  }
}
