import * as z from "zod";
import { content, id, modelId, timestamp } from "./fields.ts";
import { replyStatus } from "./reply.ts";
import { price } from "./tokens.ts";

const limits = {
  contextTokens: z.int().meta({ description: "What prompt and answer together may take" }),
  maxOutputTokens: z.int(),
};

const systemPrompt = z.string().nullable().meta({ description: "With its variables filled in" });

const dropped = z.array(id).meta({
  description:
    "Of the newest 1 000 messages those left out, oldest first: they did not fit, or were never answered",
});

export const replyContext = z
  .object({
    replyId: id,
    conversationId: id,
    messageId: id,
    status: replyStatus,
    attempts: z.int(),
    model: modelId,
    ...limits,
    price,
    systemPrompt,
    sentMessageIds: z.array(id).nullable().meta({
      description: "Oldest first, the asked one last; null: the model has not begun to answer",
    }),
    droppedMessageIds: dropped.nullable(),
    noteIds: z.array(id),
    notes: z
      .array(
        z.object({
          id,
          title: z.string().nullable(),
          content: z.string(),
          source: z.enum(["pinned", "found"]),
        }),
      )
      .meta({ description: "As the model saw them; they may be changed or deleted since" }),
    searches: z.array(z.string()).meta({ description: "What the model searched the notes for" }),
    tokens: z.object({
      estimatedInput: z.int().nullable().meta({ description: "Our count of the prompt" }),
      input: z.int().nullable().meta({ description: "The provider's count" }),
      output: z.int().nullable(),
    }),
    tokensHeld: z.int().meta({ description: "Of the balance, while the reply was unfinished" }),
    tokensCharged: z.int(),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({ id: "ReplyContext" });

export type ReplyContext = z.infer<typeof replyContext>;

export const estimateReply = z.strictObject({ content, model: modelId.optional() });

export const estimate = z
  .object({
    model: modelId,
    ...limits,
    price,
    systemPrompt,
    fits: z.boolean().meta({ description: "false: the message is too long for the model, and would fail" }),
    sentMessageIds: z.array(id).meta({ description: "What would go before the message, oldest first" }),
    droppedMessageIds: dropped,
    noteIds: z.array(id).meta({ description: "Pinned ones; others are found by the model" }),
    inputTokens: z.int().meta({ description: "Of the prompt, the message included" }),
    highestCharge: z.int().meta({ description: "What would be held while the reply is unfinished" }),
    balance: z.int(),
    held: z.int(),
    available: z.int(),
    isAffordable: z.boolean(),
  })
  .meta({ id: "Estimate" });

export type Estimate = z.infer<typeof estimate>;
