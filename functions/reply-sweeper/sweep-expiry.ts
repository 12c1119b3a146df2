import { expiryOf, type Retention, renderConversationState } from "@parley/contract/render/conversation";
import type { Database } from "@parley/data/database";
import {
  expireConversations,
  expiringConversations,
  type ToldConversation,
} from "@parley/data/expired-conversations";
import type { Realtime } from "@parley/realtime/create-realtime";
import { conversationNews } from "@parley/realtime/reply-events";

export interface ExpiryDependencies extends Retention {
  database: Database;
  cache: { conversationChanged(ownerId: string, conversationId: string): Promise<void> };
  realtime: Pick<Realtime, "announce">;
}

const longestWarning = 1_000;

function announce({ realtime, retentionDays }: ExpiryDependencies, conversation: ToldConversation) {
  const { ownerId, connectionIds } = conversation;
  const state = renderConversationState(conversation);
  const expiresAt = expiryOf(conversation, { retentionDays });
  return realtime.announce(conversationNews(ownerId, connectionIds, { ...state, expiresAt }));
}

/** Takes away what has expired, at most `limit`, and tells who is listening. Answers how many. */
export async function takeExpired(dependencies: ExpiryDependencies, limit: number): Promise<number> {
  const { database, cache, retentionDays } = dependencies;
  const expired = await expireConversations(database, retentionDays, limit);
  for (const conversation of expired) {
    await Promise.all([
      cache.conversationChanged(conversation.ownerId, conversation.id),
      announce(dependencies, conversation),
    ]);
  }
  return expired.length;
}

/** Tells who is listening what expires within a day, at every sweep anew. */
export async function warnOfExpiry(dependencies: ExpiryDependencies): Promise<number> {
  const { database, retentionDays } = dependencies;
  const expiring = await expiringConversations(database, retentionDays, longestWarning);
  for (const conversation of expiring) await announce(dependencies, conversation);
  return expiring.length;
}
