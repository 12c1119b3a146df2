import * as z from "zod";
import { content, id, metadata, modelId, timestamp } from "./fields.ts";
import { list } from "./list.ts";

export const message = z
  .object({
    id,
    conversationId: id,
    position: z.int().meta({ description: "Order inside the conversation; may have gaps" }),
    role: z.enum(["user", "assistant"]),
    content: z.string().nullable().meta({ description: "null once deleted" }),
    replyTo: id.nullable(),
    replyId: id.nullable().meta({
      description: "Of an assistant message the reply that wrote it, of a user message its latest reply",
    }),
    isEdited: z.boolean(),
    isDeleted: z.boolean(),
    isActive: z.boolean().meta({ description: "false: an answer that a later one replaced" }),
    metadata,
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({ id: "Message" });

export type Message = z.infer<typeof message>;

export const messagePage = list(message);

// No `.default()`: it would also fill the field in of an imported message, which must not have it.
export const onBusy = z.enum(["enqueue", "reject", "interrupt", "rollback"]).optional().meta({
  default: "enqueue",
  description:
    "While a reply of the conversation is unfinished: answer in order; refuse with 409; cancel it keeping its text; or discard it with its message",
});

export const sendMessage = z
  .strictObject({
    content,
    role: z.enum(["user", "assistant"]).default("user").meta({ description: "assistant: import, no reply" }),
    replyTo: id.optional(),
    model: modelId.optional(),
    onBusy,
    metadata: metadata.optional(),
  })
  .refine((value) => value.role === "user" || (value.model === undefined && value.onBusy === undefined), {
    message: "model and onBusy belong to user messages",
    path: ["role"],
  });

export const editMessage = z
  .strictObject({ content: content.optional(), metadata: metadata.optional() })
  .refine((value) => Object.keys(value).length > 0, { message: "must change at least one field" });
