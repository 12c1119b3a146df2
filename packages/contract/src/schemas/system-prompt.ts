import * as z from "zod";
import { id, text, timestamp } from "./fields.ts";

export const promptVisibility = z
  .enum(["private", "public"])
  .meta({ description: "public: every user can read it and start conversations with it" });

const variables =
  "`{{name}}` is replaced by that value of the conversation's metadata when a reply is asked for; a name without " +
  "a value stays as written";

export const systemPrompt = z
  .object({
    id,
    name: z.string(),
    content: z.string(),
    visibility: promptVisibility,
    isDefault: z.boolean().meta({ description: "The caller's prompt for conversations that name none" }),
    isOwn: z.boolean().meta({ description: "false: another user's public prompt" }),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({ id: "SystemPrompt" });

export type SystemPrompt = z.infer<typeof systemPrompt>;

const name = text(200).meta({ example: "Editor" });
/** As long as a conversation's own text may be. */
const content = text(32_768).meta({ description: variables, example: "Edit the text for {{audience}}." });

export const createSystemPrompt = z.strictObject({
  name,
  content,
  visibility: promptVisibility.default("private"),
  isDefault: z
    .boolean()
    .default(false)
    .meta({ description: "true: whichever was the default before is not any more" }),
});

export const updateSystemPrompt = z
  .strictObject({
    name: name.optional(),
    content: content.optional(),
    visibility: promptVisibility.optional(),
    isDefault: z.boolean().optional(),
  })
  .refine((value) => Object.keys(value).length > 0, { message: "must change at least one field" });
