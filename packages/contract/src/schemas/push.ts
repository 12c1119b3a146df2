import * as z from "zod/mini";
import { problemSchema } from "../problem.ts";
import { conversationStatus, titleSource } from "./conversation-state.ts";
import { id, timestamp } from "./fields.ts";
import { replyStatus } from "./reply.ts";

/** What a client may send over its WebSocket connection, one JSON object a message. */
export const clientAction = z.discriminatedUnion("action", [
  z.strictObject({ action: z.literal("ping") }),
  z.strictObject({
    action: z.literal("subscribe"),
    replyId: id,
    /** Code points of the reply's text that the client has already. */
    after: z._default(z.int().check(z.minimum(0), z.maximum(10_000_000)), 0),
    /** The same of what its model thought. */
    reasoningAfter: z._default(z.int().check(z.minimum(0), z.maximum(10_000_000)), 0),
  }),
]);

export type ClientAction = z.output<typeof clientAction>;

const about = {
  replyId: id,
  conversationId: id,
  /** Grows when the reply is generated anew: what came of an earlier attempt is void. */
  attempt: z.int(),
  /** Of the stored reply; never goes back. */
  sequence: z.int(),
};

const statusEvent = z.strictObject({
  type: z.enum([
    "reply.queued",
    "reply.started",
    "reply.completed",
    "reply.incomplete",
    "reply.failed",
    "reply.cancelled",
  ]),
  ...about,
  messageId: id,
  assistantMessageId: z.nullable(id),
  status: replyStatus,
});

const piece = {
  ...about,
  /** Code points before this piece, of the text that it belongs to. */
  offset: z.int(),
  text: z.string(),
};

const deltaEvent = z.strictObject({ type: z.literal("reply.delta"), ...piece });

/** What the model thinks, which is no part of its answer. */
const reasoningEvent = z.strictObject({ type: z.literal("reply.reasoning"), ...piece });

const conversationEvent = z.strictObject({
  type: z.literal("conversation.updated"),
  conversationId: id,
  title: z.nullable(z.string()),
  titleSource: z.nullable(titleSource),
  status: conversationStatus,
  /** Absent where nothing is said of it. */
  expiresAt: z.optional(z.nullable(timestamp)),
  /** Of the conversation: an event with an earlier time than what is known comes too late. */
  updatedAt: timestamp,
});

const errorEvent = z.strictObject({
  type: z.literal("error"),
  error: problemSchema,
  action: z.optional(z.string()),
  replyId: z.optional(z.string()),
});

/** What the server sends: a JSON object a message. */
export const pushEvent = z.discriminatedUnion("type", [
  statusEvent,
  deltaEvent,
  reasoningEvent,
  conversationEvent,
  z.strictObject({ type: z.literal("pong") }),
  errorEvent,
]);

export type StatusEvent = z.infer<typeof statusEvent>;
export type DeltaEvent = z.infer<typeof deltaEvent>;
export type ReasoningEvent = z.infer<typeof reasoningEvent>;
export type ConversationEvent = z.infer<typeof conversationEvent>;
export type PushEvent = z.infer<typeof pushEvent>;
