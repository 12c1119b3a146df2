import type { ReplyQueue } from "./reply-queue.ts";

/** What of the cache must hear of an ending. */
export interface EndingCache {
  conversationChanged(ownerId: string, conversationId: string): Promise<void>;
  dropReply(ownerId: string, replyId: string): Promise<void>;
}

/** Tells whoever listens; what the news say is its own affair. */
export interface Announcer<News> {
  announce(news: News): Promise<void>;
}

interface Dependencies<News> {
  cache: EndingCache;
  queue: Pick<ReplyQueue, "enqueueReply">;
  realtime: Announcer<News>;
}

/** Replies of one conversation that a commit has ended, and the one that may run now. */
export interface EndedReplies<News> {
  ownerId: string;
  conversationId: string;
  replyIds: readonly string[];
  nextReplyId: string | null;
  news: News;
}

/**
 * What follows every commit that ends replies, whoever made it, each part best effort: cached reads are dropped,
 * the conversation's next reply gets its job, and listeners are told.
 */
export async function announceEnding<News>(
  { cache, queue, realtime }: Dependencies<News>,
  requestId: string,
  { ownerId, conversationId, replyIds, nextReplyId, news }: EndedReplies<News>,
): Promise<void> {
  await Promise.all([
    cache.conversationChanged(ownerId, conversationId),
    ...replyIds.map((replyId) => cache.dropReply(ownerId, replyId)),
    nextReplyId !== null && queue.enqueueReply({ ownerId, replyId: nextReplyId, requestId }),
    realtime.announce(news),
  ]);
}
