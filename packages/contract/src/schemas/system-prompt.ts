import * as z from "zod/mini";
import { id, text, timestamp } from "./fields.ts";

export const promptVisibility = z
  .enum(["private", "public"])
  .check(z.meta({ description: "public: every user can read it and start conversations with it" }));

const variables =
  "`{{name}}` is replaced by that value of the conversation's metadata when a reply is asked for; a name without " +
  "a value stays as written";

export const systemPrompt = z
  .object({
    id,
    name: z.string(),
    content: z.string(),
    visibility: promptVisibility,
    isDefault: z
      .boolean()
      .check(z.meta({ description: "The caller's prompt for conversations that name none" })),
    isOwn: z.boolean().check(z.meta({ description: "false: another user's public prompt" })),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .register(z.globalRegistry, { id: "SystemPrompt" });

export type SystemPrompt = z.infer<typeof systemPrompt>;

const name = text(200).check(z.meta({ example: "Editor" }));
/** As long as a conversation's own text may be. */
const content = text(32_768).check(
  z.meta({ description: variables, example: "Edit the text for {{audience}}." }),
);

export const createSystemPrompt = z.strictObject({
  name,
  content,
  visibility: z._default(promptVisibility, "private"),
  isDefault: z
    ._default(z.boolean(), false)
    .check(z.meta({ description: "true: whichever was the default before is not any more" })),
});

export const updateSystemPrompt = z
  .strictObject({
    name: z.optional(name),
    content: z.optional(content),
    visibility: z.optional(promptVisibility),
    isDefault: z.optional(z.boolean()),
  })
  .check(z.refine((value) => Object.keys(value).length > 0, { message: "must change at least one field" }));
