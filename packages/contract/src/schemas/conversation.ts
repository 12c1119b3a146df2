import * as z from "zod/mini";
import { conversationStatus, titleSource } from "./conversation-state.ts";
import { id, metadata, modelId, tags, text, timestamp } from "./fields.ts";
import { firstMessage, ownId, question } from "./message.ts";
import { replySettings, settingsChange } from "./reply-settings.ts";

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
    settings: replySettings,
    status: conversationStatus.check(
      z.meta({ description: "deleted: it can be restored for 30 days, to what it was before" }),
    ),
    metadata,
    tags: z.array(z.string()),
    expiresInDays: z.nullable(z.int()),
    expiresAt: z.nullable(timestamp).check(
      z.meta({
        description:
          "When it is erased unless it changes before; null: it is kept. The deployment may keep none longer",
      }),
    ),
    messageCount: z.int(),
    activeReplyId: z
      .nullable(id)
      .check(z.meta({ description: "The unfinished reply that is next in order" })),
    forkedFrom: z.nullable(z.object({ conversationId: id, messageId: id })).check(
      z.meta({
        description: "What a fork was copied from; it stays when that is deleted, and names nothing then",
      }),
    ),
    createdAt: timestamp,
    updatedAt: timestamp,
    deletedAt: z.nullable(timestamp),
  })
  .register(z.globalRegistry, { id: "Conversation" });

export type Conversation = z.infer<typeof conversation>;

const fields = {
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
  settings: z.optional(z.nullable(settingsChange)).check(
    z.meta({
      description:
        "What its replies are asked with; a message's own go before. null: nothing. Its model must take them",
    }),
  ),
  metadata: z.optional(metadata),
  tags: z.optional(tags(20)),
  expiresInDays: z
    .optional(z.nullable(z.int().check(z.minimum(1), z.maximum(3_650))))
    .check(
      z.meta({ description: "It is erased that long after its last change, for good; null: it is kept" }),
    ),
};

function onePromptSource(value: { systemPrompt?: unknown; systemPromptId?: unknown }): boolean {
  return value.systemPrompt === undefined || value.systemPromptId === undefined;
}

const onePrompt = { message: "give systemPrompt or systemPromptId, not both", path: ["systemPromptId"] };

export const createConversation = z
  .strictObject({
    id: ownId,
    ...fields,
    message: z.optional(firstMessage).check(
      z.meta({
        description:
          "Starts the conversation and its first reply at once (202); an assistant's is only stored (201)",
      }),
    ),
  })
  .check(z.refine(onePromptSource, onePrompt));

export const forkConversation = z.strictObject({
  messageId: id.check(z.meta({ description: "The messages before this one are copied" })),
  include: z._default(z.boolean(), false).check(z.meta({ description: "true: this one as well" })),
  message: z
    .optional(question)
    .check(z.meta({ description: "Is sent to the fork and answered at once (202)" })),
});

export const updateConversation = z
  .strictObject({ ...fields, status: z.optional(z.enum(["active", "archived"])) })
  .check(
    z.refine(onePromptSource, onePrompt),
    z.refine((value) => Object.keys(value).length > 0, { message: "must change at least one field" }),
  );
