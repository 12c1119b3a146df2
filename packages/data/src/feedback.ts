import { and, eq, isNotNull, type SQL, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { getMessage, type MessageRow, ofConversation } from "./messages.ts";
import { conversations } from "./schema/conversations.ts";
import { messages } from "./schema/messages.ts";

interface AnswerKey {
  ownerId: string;
  conversationId: string;
  messageId: string;
}

interface Feedback {
  rating: "up" | "down";
  comment?: string | undefined;
}

function theAnswer({ ownerId, conversationId, messageId }: AnswerKey): SQL | undefined {
  return and(
    eq(messages.ownerId, ownerId),
    eq(messages.id, messageId),
    eq(messages.conversationId, conversationId),
    eq(messages.role, "assistant"),
    eq(messages.isDeleted, false),
    sql`exists (select from ${conversations} where ${ofConversation} and ${conversations.deletedAt} is null)`,
  );
}

const changed = { version: sql`${messages.version} + 1`, updatedAt: sql`now()` };

/** Stores what the owner thinks of an answer, in place of what they thought before; only answers take any. */
export async function rateAnswer(
  database: Database,
  key: AnswerKey,
  { rating, comment }: Feedback,
): Promise<MessageRow | "not_found" | "no_answer"> {
  const [rated] = await database.run(({ orm }) =>
    orm
      .update(messages)
      .set({ rating, ratingComment: comment ?? null, ratedAt: sql`now()`, ...changed })
      .where(theAnswer(key))
      .returning()
      .prepare("rate_answer")
      .execute(),
  );
  if (rated !== undefined) return rated;
  const found = await getMessage(database, key.ownerId, key.conversationId, key.messageId);
  return found === undefined ? "not_found" : "no_answer";
}

/** Takes feedback back; repeating it changes nothing. */
export async function removeFeedback(
  database: Database,
  key: AnswerKey,
): Promise<"removed" | "none" | "not_found"> {
  const removed = await database.run(({ orm }) =>
    orm
      .update(messages)
      .set({ rating: null, ratingComment: null, ratedAt: null, ...changed })
      .where(and(theAnswer(key), isNotNull(messages.rating)))
      .returning({ id: messages.id })
      .prepare("remove_feedback")
      .execute(),
  );
  if (removed.length > 0) return "removed";
  const found = await getMessage(database, key.ownerId, key.conversationId, key.messageId);
  return found === undefined ? "not_found" : "none";
}
