import type { ReplyQueue } from "./reply-queue.ts";

/** What of the cache must hear of an ending. */
export interface EndingCache {
  conversationChanged(ownerId: string, conversationId: string): Promise<void>;
  dropReply(ownerId: string, replyId: string): Promise<void>;
}

/** Replies of one conversation that a commit has ended, and the one that may run now. */
export interface EndedReplies {
  ownerId: string;
  conversationId: string;
  replyIds: readonly string[];
  nextReplyId: string | null;
}

/**
 * What follows every commit that ends replies, whoever made it, each part best effort: cached reads are dropped,
 * and the conversation's next reply gets its job.
 */
export async function announceEnding(
  { cache, queue }: { cache: EndingCache; queue: Pick<ReplyQueue, "enqueueReply"> },
  requestId: string,
  { ownerId, conversationId, replyIds, nextReplyId }: EndedReplies,
): Promise<void> {
  await Promise.all([
    cache.conversationChanged(ownerId, conversationId),
    ...replyIds.map((replyId) => cache.dropReply(ownerId, replyId)),
    nextReplyId !== null && queue.enqueueReply({ ownerId, replyId: nextReplyId, requestId }),
  ]);
}
