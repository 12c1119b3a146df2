import { repairReply } from "@parley/data/replies";
import { claimReply } from "@parley/data/reply-jobs";
import { announceEnding } from "@parley/jobs/announce-ending";
import type { ReplyJob } from "@parley/jobs/reply-job";
import { logger } from "@parley/runtime/logger";
import { traced } from "@parley/runtime/tracer";
import { runReply } from "./run-reply.ts";
import type { Worker } from "./worker.ts";

/** Looks again when the present lease has run out, or after the usual delay. */
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
 * One job. A claim that is lost to another worker, or that must wait for an earlier reply, ends the job; a check
 * comes back until its reply is terminal.
 * @param endsAt epoch milliseconds at which the function's time for replies is over
 * @throws when the database or, for a check, the queue cannot be reached: the queue then gives the job again
 */
export async function handleJob(worker: Worker, job: ReplyJob, endsAt: number): Promise<void> {
  const claim = await traced("database claim", () =>
    claimReply(worker.database, job.ownerId, job.replyId, worker.leaseSeconds),
  );
  const log = { requestId: job.requestId, userId: job.ownerId, replyId: job.replyId, kind: job.kind };
  switch (claim.outcome) {
    case "claimed":
      // The job is gone once it is taken: whoever looks after this attempt must be in the queue before it runs.
      if (job.kind === "check") await checkLater(worker, job).catch(() => {});
      logger.info("reply claimed", {
        ...log,
        conversationId: claim.reply.conversationId,
        attempt: claim.reply.attempt,
      });
      return runReply(worker, job, claim, endsAt);
    case "expired":
      logger.warn("reply timed out", log);
      return announceEnding(worker, job.requestId, claim);
    case "leased":
      return job.kind === "check" ? checkLater(worker, job, claim.leaseSecondsLeft) : undefined;
    case "blocked":
      return job.kind === "check" ? checkBlocker(worker, job) : undefined;
    default:
      return undefined;
  }
}
