import type { Database } from "@parley/data/database";
import { failReply } from "@parley/data/reply-jobs";
import { announceEnding, type EndingCache } from "@parley/jobs/announce-ending";
import { parseReplyJob, type ReplyJob } from "@parley/jobs/reply-job";
import type { ReplyQueue } from "@parley/jobs/reply-queue";
import type { Realtime } from "@parley/realtime/create-realtime";
import { describeError } from "@parley/runtime/describe-error";
import { describeFault } from "@parley/runtime/describe-fault";
import { logger } from "@parley/runtime/logger";
import type { SQSRecord } from "aws-lambda";

interface Dependencies {
  database: Database;
  cache: EndingCache;
  queue: ReplyQueue;
  realtime: Pick<Realtime, "announce">;
}

function jobOf(record: SQSRecord): ReplyJob | undefined {
  try {
    return parseReplyJob(record.body);
  } catch (error) {
    logger.error("dead letter is not a job", { messageId: record.messageId, error: describeError(error) });
    return undefined;
  }
}

/** Fails the reply of a dead letter; false when the letter must be tried again. */
export async function failRecord(dependencies: Dependencies, record: SQSRecord): Promise<boolean> {
  const job = jobOf(record);
  if (job === undefined) return true;
  const { ownerId, replyId, requestId } = job;
  const log = { messageId: record.messageId, requestId, userId: ownerId, replyId };
  try {
    const failed = await failReply(dependencies.database, {
      ownerId,
      replyId,
      errorCode: "internal",
      errorMessage: "The reply could not be generated, although it was tried several times.",
    });
    logger.error("dead letter", { ...log, outcome: failed.outcome });
    if (failed.outcome === "failed") {
      await announceEnding(dependencies, requestId, {
        ownerId,
        replyIds: [replyId],
        nextReplyId: failed.nextReplyId,
        news: failed.news,
      });
    }
    return true;
  } catch (error) {
    logger.warn("dead letter not handled", { ...log, error: describeFault(error) });
    return false;
  }
}
