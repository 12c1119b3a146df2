import * as z from "zod";
import { id, modelId, timestamp } from "./fields.ts";

export const replyStatus = z.enum([
  "queued",
  "in_progress",
  "completed",
  "incomplete",
  "failed",
  "cancelled",
]);

export type ReplyStatus = z.infer<typeof replyStatus>;

export const replyErrorCode = z.enum([
  "provider_unavailable",
  "provider_rejected",
  "content_filtered",
  "context_too_long",
  "timed_out",
  "internal",
]);

/** Terminal states never change. */
export function isTerminal(status: ReplyStatus): boolean {
  return status !== "queued" && status !== "in_progress";
}

export const reply = z
  .object({
    id,
    conversationId: id,
    messageId: id.meta({ description: "The user message it answers" }),
    assistantMessageId: id.nullable(),
    status: replyStatus,
    model: modelId,
    partialText: z.string(),
    finishReason: z.string().nullable(),
    error: z.object({ code: replyErrorCode, message: z.string() }).nullable(),
    usage: z.object({ inputTokens: z.int(), outputTokens: z.int() }).nullable(),
    tokensCharged: z.int(),
    noteIds: z.array(id).meta({ description: "The notes its model was given, deleted ones included" }),
    attempts: z.int(),
    queuedAt: timestamp,
    startedAt: timestamp.nullable(),
    finishedAt: timestamp.nullable(),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({ id: "Reply" });

export type Reply = z.infer<typeof reply>;
