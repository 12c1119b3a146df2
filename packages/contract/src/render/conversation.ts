import type { Conversation } from "../schemas/conversation.ts";

/** A stored conversation. */
export interface ConversationSource
  extends Omit<Conversation, "status" | "createdAt" | "updatedAt" | "deletedAt"> {
  /** What it is when it is not deleted. */
  status: "active" | "archived";
  version: number;
  createdAt: Date;
  updatedAt: Date;
  deletedAt: Date | null;
}

export function renderConversation(row: ConversationSource): Conversation {
  return {
    id: row.id,
    title: row.title,
    // What 0.1 stored has no source: people gave all of its titles.
    titleSource: row.title === null ? null : (row.titleSource ?? "user"),
    description: row.description,
    systemPrompt: row.systemPrompt,
    systemPromptId: row.systemPromptId,
    model: row.model,
    status: row.deletedAt === null ? row.status : "deleted",
    metadata: row.metadata,
    messageCount: row.messageCount,
    activeReplyId: row.activeReplyId,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    deletedAt: row.deletedAt?.toISOString() ?? null,
  };
}
