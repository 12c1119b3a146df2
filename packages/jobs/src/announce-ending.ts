import type { ReplyQueue } from "./reply-queue.ts";

/** What of the cache must hear of an ending. */
export interface EndingCache {
  dropReply(ownerId: string, replyId: string): Promise<void>;
}

interface ChangeCache extends EndingCache {
  conversationChanged(ownerId: string, conversationId: string): Promise<void>;
}

/** Tells the listeners; what the news say is defined where they are made. */
export interface Announcer<News> {
  announce(news: News): Promise<void>;
}

interface Dependencies<News, Cache = EndingCache> {
  cache: Cache;
  queue: Pick<ReplyQueue, "enqueueReply">;
  realtime: Announcer<News>;
}

/** Replies of one conversation that a commit has ended, and the one that may run now. */
export interface EndedReplies<News> {
  ownerId: string;
  replyIds: readonly string[];
  nextReplyId: string | null;
  news: News;
}

/** A change of a conversation, and what it meant for its replies. */
export interface Change<News> extends EndedReplies<News> {
  conversationId: string;
}

function announcements<News>(
  { cache, queue, realtime }: Dependencies<News>,
  requestId: string,
  { ownerId, replyIds, nextReplyId, news }: EndedReplies<News>,
): Promise<unknown>[] {
  const started: Promise<unknown>[] = replyIds.map((replyId) => cache.dropReply(ownerId, replyId));
  if (nextReplyId !== null) started.push(queue.enqueueReply({ ownerId, replyId: nextReplyId, requestId }));
  started.push(realtime.announce(news));
  return started;
}

/**
 * What follows every commit that ends replies, each step best effort: cached polls are dropped,
 * the conversation's next reply gets its job, and listeners are told. Of the conversation nothing is cached while a
 * reply of it is unfinished, so there is nothing to drop.
 */
export async function announceEnding<News>(
  dependencies: Dependencies<News>,
  requestId: string,
  ended: EndedReplies<News>,
): Promise<void> {
  await Promise.all(announcements(dependencies, requestId, ended));
}

/** What follows every other commit that changes what a conversation shows: its cached reads are dropped as well. */
export async function announceChange<News>(
  dependencies: Dependencies<News, ChangeCache>,
  requestId: string,
  change: Change<News>,
): Promise<void> {
  const dropped = dependencies.cache.conversationChanged(change.ownerId, change.conversationId);
  await Promise.all([dropped, ...announcements(dependencies, requestId, change)]);
}
