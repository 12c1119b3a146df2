import {
  type ConversationSource,
  type Retention,
  renderConversation,
} from "@parley/contract/render/conversation";
import { type FoundMessageSource, renderFoundMessage } from "@parley/contract/render/message";
import type { ReplySource } from "@parley/contract/render/reply";
import { renderSettings } from "@parley/contract/render/settings";
import { titleOf } from "@parley/contract/render/title";
import type { Conversation } from "@parley/contract/schemas/conversation";
import type { Message } from "@parley/contract/schemas/message";
import type { Reply } from "@parley/contract/schemas/reply";
import type { SettingsChange } from "@parley/contract/schemas/reply-settings";

type AskedSource = Pick<
  ReplySource,
  "id" | "conversationId" | "messageId" | "model" | "settings" | "createdAt"
>;

/** A reply as the request that asked for it was answered, whatever has become of it since. */
export function renderQueued({
  id,
  conversationId,
  messageId,
  model,
  settings,
  createdAt,
}: AskedSource): Reply {
  const askedAt = createdAt.toISOString();
  return {
    id,
    conversationId,
    messageId,
    assistantMessageId: null,
    status: "queued",
    model,
    settings: renderSettings(settings),
    partialText: "",
    isCut: false,
    reasoning: "",
    finishReason: null,
    error: null,
    usage: null,
    tokensCharged: 0,
    tokens: null,
    noteIds: [],
    attempts: 0,
    queuedAt: askedAt,
    startedAt: null,
    finishedAt: null,
    createdAt: askedAt,
    updatedAt: askedAt,
  };
}

/** The keys as jsonb orders them, so that a first answer and a later read are the same bytes. */
function asStored(metadata: ConversationSource["metadata"] | undefined): ConversationSource["metadata"] {
  if (metadata === undefined) return {};
  const entries = Object.entries(metadata).map(([key, value]) => ({ key: Buffer.from(key), value }));
  entries.sort((left, right) => left.key.length - right.key.length || left.key.compare(right.key));
  return Object.fromEntries(entries.map(({ key, value }) => [key.toString(), value]));
}

type MadeSource = Pick<
  FoundMessageSource,
  "id" | "conversationId" | "position" | "role" | "replyTo" | "createdAt"
>;

/** A question as the request that asked it again was answered. */
export function renderAskedMessage(row: FoundMessageSource, replyId: string): Message {
  return { ...renderFoundMessage(row), replyId, reply: { id: replyId, status: "queued" } };
}

/** A message as the request that made it was answered. The client has just sent its text again. */
export function renderNewMessage(
  { id, conversationId, position, role, replyTo, createdAt }: MadeSource,
  replyId: string | null,
  sent: { content: string; metadata?: FoundMessageSource["metadata"] | undefined },
): Message {
  const madeAt = createdAt.toISOString();
  return {
    id,
    conversationId,
    position,
    role,
    content: sent.content,
    isCut: false,
    replyTo,
    replyId,
    isEdited: false,
    isDeleted: false,
    isActive: true,
    metadata: asStored(sent.metadata),
    feedback: null,
    createdAt: madeAt,
    updatedAt: madeAt,
    reply: replyId === null ? null : { id: replyId, status: "queued" },
  };
}

type SentConversation = {
  [K in "title" | "description" | "model" | "metadata" | "tags" | "expiresInDays"]?:
    | ConversationSource[K]
    | undefined;
} & { message?: { content: string } | undefined; settings?: SettingsChange | null | undefined };

function titled({ title, message }: SentConversation): Pick<ConversationSource, "title" | "titleSource"> {
  if (title !== undefined && title !== null) return { title, titleSource: "user" };
  const firstTitle = message && titleOf(message.content);
  return { title: firstTitle ?? null, titleSource: firstTitle === undefined ? null : "first_message" };
}

/**
 * A conversation as the request that made it was answered. Of the prompt, and of a model that was the caller's default,
 * only the present one is known.
 */
export function renderNewConversation(
  row: ConversationSource,
  { replyId, messageCount }: { replyId: string | null; messageCount: 0 | 1 },
  sent: SentConversation,
  retention: Retention,
): Conversation {
  const made: ConversationSource = {
    ...row,
    ...titled(sent),
    description: sent.description ?? null,
    // The caller's default where none was sent.
    model: sent.model === undefined ? row.model : sent.model,
    settings: renderSettings(sent.settings ?? {}),
    metadata: asStored(sent.metadata),
    tags: sent.tags ?? [],
    expiresInDays: sent.expiresInDays ?? null,
    status: "active",
    messageCount,
    activeReplyId: replyId,
    updatedAt: row.createdAt,
    deletedAt: null,
  };
  return renderConversation(made, retention);
}
