import type { Message } from "../schemas/message.ts";
import { shownText } from "../shown-text.ts";

/** A stored message; its text stays until it is purged. */
export interface MessageSource extends Omit<Message, "createdAt" | "updatedAt" | "content" | "isCut"> {
  content: string;
  createdAt: Date;
  updatedAt: Date;
}

export function renderMessage(row: MessageSource): Message {
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
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
