import * as z from "zod/mini";
import { content, id, metadata, modelId, text, timestamp } from "./fields.ts";
import { list } from "./list.ts";
import { replyError, replyStatus, replyUsage } from "./reply.ts";
import { settingsChange } from "./reply-settings.ts";

const answeringReply = z
  .object({
    id,
    status: replyStatus,
    model: modelId,
    finishReason: z.nullable(z.string()),
    usage: replyUsage,
    tokensCharged: z.int(),
    hasReasoning: z.boolean().check(z.meta({ description: "Whether the reply has what the model thought" })),
    error: replyError,
    version: z
      .object({ index: z.int(), count: z.int() })
      .check(z.meta({ description: "Which of the answers to its question it is, from 1, and of how many" })),
  })
  .register(z.globalRegistry, { id: "AnsweringReply", description: "What wrote an assistant message" });

const latestReply = z
  .object({ id, status: replyStatus })
  .register(z.globalRegistry, { id: "LatestReply", description: "The latest reply to a user message" });

const rating = z.enum(["up", "down"]);

const feedback = z.object({ rating, comment: z.nullable(z.string()) });

export const rateAnswer = z.strictObject({
  rating,
  comment: z.optional(text(2_000)).check(z.meta({ example: "It names its sources." })),
});

export const message = z
  .object({
    id,
    conversationId: id,
    position: z.int().check(z.meta({ description: "Order inside the conversation; may have gaps" })),
    role: z.enum(["user", "assistant"]),
    content: z.nullable(z.string()).check(z.meta({ description: "null once deleted" })),
    isCut: z
      .boolean()
      .check(
        z.meta({ description: "true: the text is longer than an answer can hold, and only begins here" }),
      ),
    replyTo: z.nullable(id),
    replyId: z.nullable(id).check(
      z.meta({
        description: "Of an assistant message the reply that wrote it, of a user message its latest reply",
      }),
    ),
    reply: z
      .nullable(z.union([answeringReply, latestReply]))
      .check(z.meta({ description: "That reply; null where no model was asked" })),
    isEdited: z.boolean(),
    isDeleted: z.boolean(),
    isActive: z.boolean().check(z.meta({ description: "false: an answer that a later one replaced" })),
    metadata,
    feedback: z.nullable(feedback).check(z.meta({ description: "Of an answer, its owner's; null without" })),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .register(z.globalRegistry, { id: "Message" });

export type Message = z.infer<typeof message>;

/** As searches show it. */
export const foundMessage = z
  .omit(message, { reply: true })
  .register(z.globalRegistry, { id: "FoundMessage" });

export type FoundMessage = z.infer<typeof foundMessage>;

export const messagePage = list(message);

// No `.default()`: it would also fill the field in of an imported message, which must not have it.
export const onBusy = z.optional(z.enum(["enqueue", "reject", "interrupt", "rollback"])).check(
  z.meta({
    default: "enqueue",
    description:
      "While a reply of the conversation is unfinished: answer in order; refuse with 409; cancel it, its text so far being its answer; or discard it with its message",
  }),
);

/** Made by the client before it sends: it takes the place of an Idempotency-Key, for as long as the thing is there. */
export const ownId = z.optional(id).check(
  z.meta({
    description:
      "A cuid2 of your own. The same id with the same body gets the first answer again; with another body, or of something deleted, it is a 409",
  }),
);

/** Of one question, over its conversation's. */
export const ownSettings = z.optional(settingsChange).check(
  z.meta({
    description:
      "What this reply is asked with, over the conversation's, key by key; null: without that of the conversation",
  }),
);

const sent = {
  id: ownId,
  content,
  role: z
    ._default(z.enum(["user", "assistant"]), "user")
    .check(z.meta({ description: "assistant: import, no reply" })),
  model: z.optional(modelId),
  settings: ownSettings,
  metadata: z.optional(metadata),
};

/** A user's message that is sent with what it is about. */
export const question = z.strictObject({
  content,
  model: z.optional(modelId),
  settings: ownSettings,
  metadata: z.optional(metadata),
});

function asks({ model, settings }: { model?: unknown; settings?: unknown }): boolean {
  return model !== undefined || settings !== undefined;
}

/** The message that a conversation begins with. */
export const firstMessage = z.strictObject(sent).check(
  z.refine((value) => value.role === "user" || !asks(value), {
    message: "model and settings belong to user messages",
    path: ["role"],
  }),
);

export const sendMessage = z.strictObject({ ...sent, replyTo: z.optional(id), onBusy }).check(
  z.refine((value) => value.role === "user" || (!asks(value) && value.onBusy === undefined), {
    message: "model, settings and onBusy belong to user messages",
    path: ["role"],
  }),
);

export const editMessage = z
  .strictObject({ content: z.optional(content), metadata: z.optional(metadata) })
  .check(z.refine((value) => Object.keys(value).length > 0, { message: "must change at least one field" }));

export const estimateReply = z.strictObject({
  content,
  model: z.optional(modelId),
  settings: ownSettings,
});
