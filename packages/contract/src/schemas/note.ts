import * as z from "zod";
import { content, id, text, timestamp } from "./fields.ts";

export const note = z
  .object({
    id,
    title: z.string().nullable(),
    content: z.string(),
    tags: z.array(z.string()),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({ id: "Note" });

export type Note = z.infer<typeof note>;

/** One word or phrase to find notes by, compared as it is written. */
export const tag = text(64).meta({ example: "garden" });

const fields = {
  title: text(200).nullable().optional().meta({ example: "Tomatoes" }),
  content: content.meta({ example: "Water them on Mondays." }),
  tags: z
    .array(tag)
    .max(16)
    .refine((value) => new Set(value).size === value.length, { message: "must not repeat a tag" })
    .optional(),
};

export const createNote = z.strictObject(fields);

export const updateNote = z
  .strictObject({ ...fields, content: fields.content.optional() })
  .refine((value) => Object.keys(value).length > 0, { message: "must change at least one field" });
