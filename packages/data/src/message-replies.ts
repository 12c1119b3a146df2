import { type AnyColumn, and, eq, type SQL, sql } from "drizzle-orm";
import { messages } from "./schema/messages.ts";
import { replies } from "./schema/replies.ts";

/** What a message shows of the reply that wrote it, or that it was last asked for. */
export const outcomeColumns = {
  status: replies.status,
  model: replies.model,
  finishReason: replies.finishReason,
  errorCode: replies.errorCode,
  errorMessage: replies.errorMessage,
  inputTokens: replies.inputTokens,
  cachedInputTokens: replies.cachedInputTokens,
  outputTokens: replies.outputTokens,
  reasoningTokens: replies.reasoningTokens,
  hasReasoning: sql<boolean>`${replies.reasoning} <> ''`.as("has_reasoning"),
  tokensCharged: replies.tokensCharged,
};

type Stored = typeof replies.$inferSelect;

type ReplyOutcome = Pick<Stored, Exclude<keyof typeof outcomeColumns, "hasReasoning">> & {
  hasReasoning: boolean;
};

export interface WithReply {
  reply: ReplyOutcome | null;
  /** Of how many answers at its position it is one. */
  answerCount: number;
}

type Place = Record<"ownerId" | "conversationId" | "position" | "isActive" | "answerNumber", AnyColumn>;

/** The active answer is the last. */
export function answerCount({
  ownerId,
  conversationId,
  position,
  isActive,
  answerNumber,
}: Place): SQL<number> {
  return sql<number>`case when ${isActive} then ${answerNumber} else (
    select active.answer_number from ${messages} as active where active.owner_id = ${ownerId}
      and active.conversation_id = ${conversationId} and active.position = ${position} and active.is_active) end`;
}

export function itsReply({ ownerId, replyId }: Record<"ownerId" | "replyId", AnyColumn>): SQL | undefined {
  return and(eq(replies.ownerId, ownerId), eq(replies.id, replyId));
}
