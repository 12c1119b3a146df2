import type { FoundMessage, Message } from "../schemas/message.ts";
import { shownText } from "../shown-text.ts";
import { type ReplyOutcome, renderOutcome } from "./reply.ts";

/** A stored message; its text stays until it is purged. */
export interface FoundMessageSource
  extends Omit<FoundMessage, "createdAt" | "updatedAt" | "content" | "isCut" | "feedback"> {
  content: string;
  rating: "up" | "down" | null;
  ratingComment: string | null;
  createdAt: Date;
  updatedAt: Date;
}

/** The same with the reply that wrote it, or that it was last asked for. */
export interface MessageSource extends FoundMessageSource {
  reply: (ReplyOutcome & { hasReasoning: boolean }) | null;
  answerNumber: number;
  /** Of how many answers at its position it is one. */
  answerCount: number;
}

type ReplyOfMessage = Pick<MessageSource, "role" | "replyId" | "reply" | "answerNumber" | "answerCount">;

function renderReplyOf({
  role,
  replyId,
  reply,
  answerNumber,
  answerCount,
}: ReplyOfMessage): Message["reply"] {
  if (replyId === null || reply === null) return null;
  if (role === "user") return { id: replyId, status: reply.status };
  const version = { index: answerNumber, count: answerCount };
  return { id: replyId, ...renderOutcome(reply), hasReasoning: reply.hasReasoning, version };
}

export function renderFoundMessage(row: FoundMessageSource): FoundMessage {
  const { text, isCut } = shownText(row.content);
  return {
    id: row.id,
    conversationId: row.conversationId,
    position: row.position,
    role: row.role,
    content: row.isDeleted ? null : text,
    isCut: isCut && !row.isDeleted,
    replyTo: row.replyTo,
    replyId: row.replyId,
    isEdited: row.isEdited,
    isDeleted: row.isDeleted,
    isActive: row.isActive,
    metadata: row.metadata,
    feedback:
      row.rating === null || row.isDeleted ? null : { rating: row.rating, comment: row.ratingComment },
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

export function renderMessage(row: MessageSource): Message {
  return { ...renderFoundMessage(row), reply: renderReplyOf(row) };
}

/** Changes with everything `renderMessage` shows: a question's reply goes on, and an answer gets others beside it. */
export function messageEtag(row: Pick<MessageSource, "reply" | "answerCount"> & { version: number }): string {
  return [row.version, row.reply?.status ?? "none", row.answerCount].join("-");
}
