import * as z from "zod/mini";
import { conversationStatus, titleSource } from "./conversation-state.ts";
import { id, metadata, modelId, text, timestamp } from "./fields.ts";
import { firstMessage, ownId } from "./message.ts";

export const conversation = z
  .object({
    id,
    title: z.nullable(z.string()),
    titleSource: z.nullable(titleSource).check(
      z.meta({
        description:
          "Who gave the title: a person, the first words of the first message, or a model after the first answer. A person's is never replaced",
      }),
    ),
    description: z.nullable(z.string()),
    systemPrompt: z
      .nullable(z.string())
      .check(z.meta({ description: "This conversation's own copy of the text" })),
    systemPromptId: z.nullable(id).check(
      z.meta({
        description: "The saved prompt that the text was copied from; null once the text is another one",
      }),
    ),
    model: z
      .nullable(modelId)
      .check(z.meta({ description: "null: the deployment's default at the time of sending" })),
    status: conversationStatus.check(
      z.meta({ description: "deleted: it can be restored for 30 days, to what it was before" }),
    ),
    metadata,
    messageCount: z.int(),
    activeReplyId: z
      .nullable(id)
      .check(z.meta({ description: "The unfinished reply that is next in order" })),
    createdAt: timestamp,
    updatedAt: timestamp,
    deletedAt: z.nullable(timestamp),
  })
  .register(z.globalRegistry, { id: "Conversation" });

export type Conversation = z.infer<typeof conversation>;

const settings = {
  title: z.optional(z.nullable(text(200))).check(z.meta({ example: "Leases" })),
  description: z.optional(z.nullable(text(2_000))),
  systemPrompt: z.optional(z.nullable(text(32_768))).check(
    z.meta({
      description: "`{{name}}` is replaced by that value of the metadata whenever a reply is asked for",
      example: "Answer in one sentence.",
    }),
  ),
  systemPromptId: z.optional(z.nullable(id)),
  model: z.optional(z.nullable(modelId)),
  metadata: z.optional(metadata),
};

function onePromptSource(value: { systemPrompt?: unknown; systemPromptId?: unknown }): boolean {
  return value.systemPrompt === undefined || value.systemPromptId === undefined;
}

const onePrompt = { message: "give systemPrompt or systemPromptId, not both", path: ["systemPromptId"] };

export const createConversation = z
  .strictObject({
    id: ownId,
    ...settings,
    message: z.optional(firstMessage).check(
      z.meta({
        description:
          "Starts the conversation and its first reply at once (202); an assistant's is only stored (201)",
      }),
    ),
  })
  .check(z.refine(onePromptSource, onePrompt));

export const updateConversation = z
  .strictObject({ ...settings, status: z.optional(z.enum(["active", "archived"])) })
  .check(
    z.refine(onePromptSource, onePrompt),
    z.refine((value) => Object.keys(value).length > 0, { message: "must change at least one field" }),
  );
