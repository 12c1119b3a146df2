import { longestDeltaBytes, statusEventTypes } from "@parley/contract/push-frames";
import type { Conversation } from "@parley/contract/schemas/conversation";
import type {
  ConversationEvent,
  DeltaEvent,
  ReasoningEvent,
  StatusEvent,
} from "@parley/contract/schemas/push";
import type { ReplyStatus } from "@parley/contract/schemas/reply";

/** Where a reply stands, as the database answers it. */
export interface ReplyState {
  id: string;
  conversationId: string;
  messageId: string;
  assistantMessageId: string | null;
  status: ReplyStatus;
  attempt: number;
  sequence: number;
}

/** Which open connections to tell of what; both empty for a user who is not listening. */
export interface ReplyNews {
  ownerId: string;
  connectionIds: readonly string[];
  /** Those that may hear nothing any more: to be closed. */
  endedConnectionIds: readonly string[];
  replies: readonly ReplyState[];
  /** Where its title or status has changed. */
  conversation?: ConversationState | undefined;
}

/** What listeners are told of a conversation. */
export type ConversationState = Pick<Conversation, "id" | "title" | "titleSource" | "status" | "updatedAt"> &
  Partial<Pick<Conversation, "expiresAt">>;

/** News of a conversation alone. */
export function conversationNews(
  ownerId: string,
  connectionIds: readonly string[],
  conversation: ConversationState,
): ReplyNews {
  return { ownerId, connectionIds, endedConnectionIds: [], replies: [], conversation };
}

/** The event that tells what a conversation is called, whether it is archived or deleted, and when it expires. */
export function conversationEvent(conversation: ConversationState): ConversationEvent {
  const { id: conversationId, title, titleSource, status, updatedAt, expiresAt } = conversation;
  const event = { conversationId, title, titleSource, status, updatedAt };
  return { type: "conversation.updated", ...event, ...(expiresAt !== undefined && { expiresAt }) };
}

/** The event that tells a reply's status. */
export function statusEvent({ id, ...reply }: ReplyState): StatusEvent {
  return { type: statusEventTypes[reply.status], replyId: id, ...reply };
}

type TextOf = Pick<ReplyState, "id" | "conversationId" | "attempt" | "sequence">;

/** Of which of a reply's texts a piece is: its answer, or what its model thinks. */
type PieceEvent = DeltaEvent | ReasoningEvent;

/**
 * The events that tell a piece of a reply's text, each at most 16 KB as it is sent.
 * @param offset code points before it
 */
export function pieceEvents(
  type: PieceEvent["type"],
  reply: TextOf,
  offset: number,
  text: string,
): PieceEvent[] {
  if (text === "") return [];
  const { id, conversationId, attempt, sequence } = reply;
  const event = { type, replyId: id, conversationId, attempt, sequence, offset, text };
  if (Buffer.byteLength(JSON.stringify(event)) <= longestDeltaBytes) return [event];
  const characters = Array.from(text);
  const half = Math.ceil(characters.length / 2);
  return [
    ...pieceEvents(type, reply, offset, characters.slice(0, half).join("")),
    ...pieceEvents(type, reply, offset + half, characters.slice(half).join("")),
  ];
}
