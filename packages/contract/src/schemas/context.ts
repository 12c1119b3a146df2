import * as z from "zod/mini";
import { id, modelId, timestamp } from "./fields.ts";
import { replyStatus } from "./reply.ts";
import { replySettings } from "./reply-settings.ts";
import { price } from "./tokens.ts";

const limits = {
  contextTokens: z.int().check(z.meta({ description: "What prompt and answer together may take" })),
  maxOutputTokens: z
    .int()
    .check(z.meta({ description: "The model's limit, or that of the settings where it is lower" })),
  settings: replySettings,
  inputLimit: z.int().check(
    z.meta({
      description:
        "What the prompt is filled up to with notes and earlier messages; a longer question is sent alone",
    }),
  ),
};

const systemPrompt = z.nullable(z.string()).check(z.meta({ description: "With its variables filled in" }));

const dropped = z.array(id).check(
  z.meta({
    description:
      "Of the newest 1 000 messages those left out, oldest first: they did not fit, or a model refused their content or length",
  }),
);

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
    sentMessageIds: z.nullable(z.array(id)).check(
      z.meta({
        description: "Oldest first, the asked one last; null: the model has not begun to answer",
      }),
    ),
    droppedMessageIds: z.nullable(dropped),
    noteIds: z.array(id),
    notes: z
      .array(
        z.object({
          id,
          title: z.nullable(z.string()),
          content: z.string(),
          source: z.enum(["pinned", "found"]),
        }),
      )
      .check(z.meta({ description: "As the model saw them; they may be changed or deleted since" })),
    searches: z.array(z.string()).check(z.meta({ description: "What the model searched the notes for" })),
    tokens: z.object({
      estimatedInput: z.nullable(z.int()).check(z.meta({ description: "Our count of the prompt" })),
      input: z.nullable(z.int()).check(z.meta({ description: "The provider's count" })),
      output: z.nullable(z.int()),
    }),
    tokensHeld: z.int().check(z.meta({ description: "Of the balance, while the reply was unfinished" })),
    tokensCharged: z.int(),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .register(z.globalRegistry, { id: "ReplyContext" });

export type ReplyContext = z.infer<typeof replyContext>;

export const estimate = z
  .object({
    model: modelId,
    ...limits,
    price,
    systemPrompt,
    fits: z
      .boolean()
      .check(z.meta({ description: "false: the message is too long for the model, and would fail" })),
    sentMessageIds: z
      .array(id)
      .check(z.meta({ description: "What would go before the message, oldest first" })),
    droppedMessageIds: dropped,
    noteIds: z.array(id).check(z.meta({ description: "Pinned ones; others are found by the model" })),
    inputTokens: z.int().check(z.meta({ description: "Of the prompt, the message included" })),
    highestCharge: z.int().check(z.meta({ description: "What would be held while the reply is unfinished" })),
    balance: z.int(),
    held: z.int(),
    available: z.int(),
    isAffordable: z.boolean(),
  })
  .register(z.globalRegistry, { id: "Estimate" });

export type Estimate = z.infer<typeof estimate>;
