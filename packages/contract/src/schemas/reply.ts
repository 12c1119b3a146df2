import * as z from "zod/mini";
import { id, modelId, timestamp } from "./fields.ts";
import { replySettings } from "./reply-settings.ts";
import { tokensLeft } from "./tokens.ts";

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
  "output_limit_reached",
  "timed_out",
  "internal",
]);

/** Terminal states never change. */
export function isTerminal(status: ReplyStatus): boolean {
  return status !== "queued" && status !== "in_progress";
}

export const replyError = z.nullable(z.object({ code: replyErrorCode, message: z.string() }));

export const replyUsage = z.nullable(
  z.object({
    inputTokens: z.int(),
    cachedInputTokens: z.int().check(z.meta({ description: "Of these, what the provider had cached" })),
    outputTokens: z.int(),
    reasoningTokens: z.int().check(z.meta({ description: "Of these, what was thought and not said" })),
  }),
);

export const reply = z
  .object({
    id,
    conversationId: id,
    messageId: id.check(z.meta({ description: "The user message it answers" })),
    assistantMessageId: z.nullable(id),
    status: replyStatus,
    model: modelId,
    settings: replySettings.check(z.meta({ description: "What it was asked with" })),
    partialText: z.string(),
    isCut: z
      .boolean()
      .check(
        z.meta({ description: "true: the text is longer than an answer can hold, and only begins here" }),
      ),
    reasoning: z.string().check(
      z.meta({
        description:
          "What the model thought, where its provider shows it: apart from the answer, in no later prompt, and of a long one the beginning",
      }),
    ),
    finishReason: z.nullable(z.string()),
    error: replyError,
    usage: replyUsage,
    tokensCharged: z.int(),
    tokens: z.nullable(tokensLeft).check(
      z.meta({
        description: "What its owner had left when it ended; null until then, and of replies from before 0.2",
      }),
    ),
    noteIds: z
      .array(id)
      .check(z.meta({ description: "The notes its model was given, deleted ones included" })),
    attempts: z.int(),
    queuedAt: timestamp,
    startedAt: z.nullable(timestamp),
    finishedAt: z.nullable(timestamp),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .register(z.globalRegistry, { id: "Reply" });

export type Reply = z.infer<typeof reply>;

/** Of what asks a reply: what its owner has left with the most that it may cost held. */
export const tokensWhenAsked = z
  .nullable(tokensLeft)
  .check(z.meta({ description: "With what this reply may cost held; null where it was asked before 0.2" }));
