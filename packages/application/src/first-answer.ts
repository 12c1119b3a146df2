import { type ConversationSource, renderConversation } from "@parley/contract/render/conversation";
import { type MessageSource, renderMessage } from "@parley/contract/render/message";
import { type ReplySource, renderReply } from "@parley/contract/render/reply";
import type { Conversation } from "@parley/contract/schemas/conversation";
import type { Message } from "@parley/contract/schemas/message";
import type { Reply } from "@parley/contract/schemas/reply";

/** A reply as the request that asked for it was answered, whatever has become of it since. */
export function renderQueued(row: ReplySource): Reply {
  return renderReply({
    ...row,
    status: "queued",
    assistantMessageId: null,
    partialText: "",
    answer: null,
    finishReason: null,
    errorCode: null,
    inputTokens: null,
    outputTokens: null,
    tokensCharged: 0,
    noteIds: [],
    attempt: 0,
    updatedAt: row.createdAt,
    startedAt: null,
    finishedAt: null,
  });
}

/** The keys as jsonb orders them, so that a first answer and a later read are the same bytes. */
function asStored(metadata: ConversationSource["metadata"] | undefined): ConversationSource["metadata"] {
  const entries = Object.entries(metadata ?? {}).map(([key, value]) => ({ key: Buffer.from(key), value }));
  entries.sort((left, right) => left.key.length - right.key.length || left.key.compare(right.key));
  return Object.fromEntries(entries.map(({ key, value }) => [key.toString(), value]));
}

/** A message as the request that made it was answered. The client has just sent its text again. */
export function renderNewMessage(
  row: MessageSource,
  replyId: string | null,
  sent: { content: string; metadata?: MessageSource["metadata"] | undefined },
): Message {
  const asMade = { isEdited: false, isDeleted: false, isActive: true, updatedAt: row.createdAt };
  const metadata = asStored(sent.metadata);
  return renderMessage({ ...row, ...asMade, content: sent.content, metadata, replyId });
}

type SentConversation = {
  [K in "title" | "description" | "model" | "metadata"]?: ConversationSource[K] | undefined;
};

/** A conversation as the request that made it was answered; of the prompt only the present text is known. */
export function renderNewConversation(
  row: ConversationSource,
  replyId: string | null,
  sent: SentConversation,
): Conversation {
  return renderConversation({
    ...row,
    title: sent.title ?? null,
    description: sent.description ?? null,
    model: sent.model ?? null,
    metadata: asStored(sent.metadata),
    status: "active",
    messageCount: replyId === null ? 0 : 1,
    activeReplyId: replyId,
    updatedAt: row.createdAt,
    deletedAt: null,
  });
}
