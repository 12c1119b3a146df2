import type { Message } from "../schemas/message.ts";

/** A stored message; its text stays until it is purged. */
export interface MessageSource extends Omit<Message, "createdAt" | "updatedAt" | "content"> {
  content: string;
  createdAt: Date;
  updatedAt: Date;
}

export function renderMessage(row: MessageSource): Message {
  return {
    id: row.id,
    conversationId: row.conversationId,
    position: row.position,
    role: row.role,
    content: row.isDeleted ? null : row.content,
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
