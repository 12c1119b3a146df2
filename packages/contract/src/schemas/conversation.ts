import * as z from "zod";
import { content, id, metadata, modelId, text, timestamp } from "./fields.ts";

export const conversation = z
  .object({
    id,
    title: z.string().nullable(),
    description: z.string().nullable(),
    systemPrompt: z.string().nullable().meta({ description: "This conversation's own copy of the text" }),
    systemPromptId: id.nullable().meta({ description: "The saved prompt the copy was made from" }),
    model: modelId.nullable().meta({ description: "null: the deployment's default at the time of sending" }),
    status: z.enum(["active", "archived"]),
    metadata,
    messageCount: z.int(),
    activeReplyId: id.nullable().meta({ description: "The unfinished reply that is next in order" }),
    createdAt: timestamp,
    updatedAt: timestamp,
    deletedAt: timestamp.nullable(),
  })
  .meta({ id: "Conversation" });

export type Conversation = z.infer<typeof conversation>;

const settings = {
  title: text(200).nullable().optional().meta({ example: "Leases" }),
  description: text(2_000).nullable().optional(),
  systemPrompt: text(32_768).nullable().optional().meta({
    description: "`{{name}}` is replaced by that value of the metadata whenever a reply is asked for",
    example: "Answer in one sentence.",
  }),
  systemPromptId: id.nullable().optional(),
  model: modelId.nullable().optional(),
  metadata: metadata.optional(),
};

function onePromptSource(value: { systemPrompt?: unknown; systemPromptId?: unknown }): boolean {
  return value.systemPrompt === undefined || value.systemPromptId === undefined;
}

const onePrompt = { message: "give systemPrompt or systemPromptId, not both", path: ["systemPromptId"] };

export const createConversation = z
  .strictObject({
    ...settings,
    message: z
      .strictObject({ content })
      .optional()
      .meta({ description: "Starts the conversation and its first reply at once (202)" }),
  })
  .refine(onePromptSource, onePrompt);

export const updateConversation = z
  .strictObject({ ...settings, status: z.enum(["active", "archived"]).optional() })
  .refine(onePromptSource, onePrompt)
  .refine((value) => Object.keys(value).length > 0, { message: "must change at least one field" });
