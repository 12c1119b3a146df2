import type { Conversation } from "../schemas/conversation.ts";
import { renderSettings } from "./settings.ts";

/** A stored conversation. */
export interface ConversationSource
  extends Omit<
    Conversation,
    "status" | "expiresAt" | "forkedFrom" | "createdAt" | "updatedAt" | "deletedAt"
  > {
  /** What it is when it is not deleted. */
  status: "active" | "archived";
  forkedFromConversationId: string | null;
  forkedFromMessageId: string | null;
  version: number;
  createdAt: Date;
  updatedAt: Date;
  deletedAt: Date | null;
}

function forkedFromOf(row: ConversationSource): Conversation["forkedFrom"] {
  const { forkedFromConversationId: conversationId, forkedFromMessageId: messageId } = row;
  return conversationId === null || messageId === null ? null : { conversationId, messageId };
}

const dayMillis = 86_400_000;

/** Of a deployment: conversations are erased so many days after their last change; 0 is never. */
export interface Retention {
  retentionDays: number;
}

/** When a conversation is erased unless it changes before; null: it is kept, or deleted already. */
export function expiryOf(
  {
    deletedAt,
    updatedAt,
    expiresInDays,
  }: Pick<ConversationSource, "deletedAt" | "updatedAt" | "expiresInDays">,
  { retentionDays }: Retention,
): string | null {
  const days = Math.min(expiresInDays ?? Number.POSITIVE_INFINITY, retentionDays || Number.POSITIVE_INFINITY);
  if (deletedAt !== null || days === Number.POSITIVE_INFINITY) return null;
  return new Date(updatedAt.getTime() + days * dayMillis).toISOString();
}

type StateSource = Pick<
  ConversationSource,
  "id" | "title" | "titleSource" | "status" | "updatedAt" | "deletedAt"
>;

/** What of a conversation its owner's listeners are told. */
export function renderConversationState(row: StateSource) {
  return {
    id: row.id,
    title: row.title,
    // What 0.1 stored has no source: people gave all of its titles.
    titleSource: row.title === null ? null : (row.titleSource ?? "user"),
    status: row.deletedAt === null ? row.status : "deleted",
    updatedAt: row.updatedAt.toISOString(),
  } satisfies Partial<Conversation>;
}

export function renderConversation(row: ConversationSource, retention: Retention): Conversation {
  const { title, titleSource, status, updatedAt } = renderConversationState(row);
  return {
    id: row.id,
    title,
    titleSource,
    description: row.description,
    systemPrompt: row.systemPrompt,
    systemPromptId: row.systemPromptId,
    model: row.model,
    settings: renderSettings(row.settings),
    status,
    metadata: row.metadata,
    tags: row.tags,
    expiresInDays: row.expiresInDays,
    expiresAt: expiryOf(row, retention),
    messageCount: row.messageCount,
    activeReplyId: row.activeReplyId,
    forkedFrom: forkedFromOf(row),
    createdAt: row.createdAt.toISOString(),
    updatedAt,
    deletedAt: row.deletedAt?.toISOString() ?? null,
  };
}
