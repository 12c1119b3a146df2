import { purgeApiKeys } from "@parley/data/api-keys";
import { purgeConnections } from "@parley/data/connections";
import type { Database } from "@parley/data/database";
import { purgeConversations } from "@parley/data/expired-conversations";
import { purgeIdempotencyKeys } from "@parley/data/idempotency-keys";
import { purgeBuckets } from "@parley/data/rate-buckets";
import { sweepReplies } from "@parley/data/reply-jobs";
import { overdueResponses } from "@parley/data/stored-responses";
import { purgeDeletedSubjects } from "@parley/data/users";
import { announceEnding, type EndingCache } from "@parley/jobs/announce-ending";
import type { ReplyQueue } from "@parley/jobs/reply-queue";
import type { Realtime } from "@parley/realtime/create-realtime";
import { describeError } from "@parley/runtime/describe-error";
import { logger } from "@parley/runtime/logger";
import { type ExpiryDependencies, takeExpired, warnOfExpiry } from "./sweep-expiry.ts";

const batch = 100;
// Bounds one run; what is left then waits for the next.
const maxBatches = 100;

interface Dependencies extends ExpiryDependencies {
  cache: EndingCache & ExpiryDependencies["cache"];
  queue: ReplyQueue;
  realtime: Pick<Realtime, "announce" | "disconnect">;
}

export interface Swept {
  timedOut: number;
  requeued: number;
  expiredConversations: number;
  warnedOfExpiry: number;
  purgedConversations: number;
  purgedSubjects: number;
  purgedConnections: number;
  purgedApiKeys: number;
  purgedIdempotencyKeys: number;
  purgedBuckets: number;
  unforgottenResponses: number;
}

async function sweepOnce(dependencies: Dependencies, requestId: string, swept: Swept): Promise<boolean> {
  const { ended, stale } = await sweepReplies(dependencies.database, batch);
  for (const conversation of ended) {
    await announceEnding(dependencies, requestId, conversation);
    swept.timedOut += conversation.replyIds.length;
  }
  for (const { ownerId, replyId } of stale) {
    if (await dependencies.queue.enqueueReply({ ownerId, replyId, requestId })) swept.requeued++;
  }
  return ended.length === batch || stale.length === batch;
}

/** Batch by batch, so that no statement takes long; answers how many rows have gone. */
async function purgeAll(purge: (limit: number) => Promise<number>): Promise<number> {
  let total = 0;
  for (let count = 0; count < maxBatches; count++) {
    const purged = await purge(batch);
    total += purged;
    if (purged < batch) break;
  }
  return total;
}

async function eraseConversations(database: Database): Promise<number> {
  let total = 0;
  for (let count = 0; count < maxBatches; count++) {
    const { conversations, hasMore } = await purgeConversations(database, batch);
    total += conversations;
    if (!hasMore) break;
  }
  return total;
}

/** Only workers have the keys of providers: a check of a reply that has ended has its stored answers forgotten. */
async function remindOfResponses({ database, queue }: Dependencies, requestId: string): Promise<number> {
  const overdue = await overdueResponses(database, batch);
  for (const target of overdue) {
    await queue.enqueueCheck({ ...target, requestId }, 1).catch((error: unknown) => {
      // The next sweep sends it again.
      logger.warn("check of a stored response not sent", {
        replyId: target.replyId,
        userId: target.ownerId,
        error: describeError(error),
      });
    });
  }
  return overdue.length;
}

/** Most are closed by now; one whose token has expired may be open until somebody closes it. */
async function closeEnded({ database, realtime }: Dependencies): Promise<number> {
  const ended = await purgeConnections(database);
  for (let start = 0; start < ended.length; start += batch) {
    await realtime.disconnect(ended.slice(start, start + batch));
  }
  return ended.length;
}

/**
 * Everything that jobs, checks and polls have missed, and housekeeping; safe to run twice at once.
 * @throws DatabaseUnavailable
 */
export async function sweep(dependencies: Dependencies, requestId: string): Promise<Swept> {
  const { database } = dependencies;
  const swept: Swept = {
    timedOut: 0,
    requeued: 0,
    expiredConversations: 0,
    warnedOfExpiry: 0,
    purgedConversations: 0,
    purgedSubjects: 0,
    purgedConnections: 0,
    purgedApiKeys: 0,
    purgedIdempotencyKeys: 0,
    purgedBuckets: 0,
    unforgottenResponses: 0,
  };
  for (let count = 0; count < maxBatches; count++) {
    if (!(await sweepOnce(dependencies, requestId, swept))) break;
  }
  swept.unforgottenResponses = await remindOfResponses(dependencies, requestId);
  swept.purgedSubjects = await purgeDeletedSubjects(database);
  swept.purgedConnections = await closeEnded(dependencies);
  swept.purgedApiKeys = await purgeAll((limit) => purgeApiKeys(database, limit));
  swept.purgedIdempotencyKeys = await purgeAll((limit) => purgeIdempotencyKeys(database, limit));
  swept.purgedBuckets = await purgeAll((limit) => purgeBuckets(database, limit));
  swept.expiredConversations = await purgeAll((limit) => takeExpired(dependencies, limit));
  swept.warnedOfExpiry = await warnOfExpiry(dependencies);
  swept.purgedConversations = await eraseConversations(database);
  return swept;
}
