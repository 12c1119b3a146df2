import * as z from "zod/mini";
import { content, id, tags, text, timestamp } from "./fields.ts";

export const note = z
  .object({
    id,
    title: z.nullable(z.string()),
    content: z.string(),
    tags: z.array(z.string()),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .register(z.globalRegistry, { id: "Note" });

export type Note = z.infer<typeof note>;

const fields = {
  title: z.optional(z.nullable(text(200))).check(z.meta({ example: "Tomatoes" })),
  content: content.check(z.meta({ example: "Water them on Mondays." })),
  tags: z.optional(tags(16)),
};

export const createNote = z.strictObject(fields);

export const updateNote = z
  .strictObject({ ...fields, content: z.optional(fields.content) })
  .check(z.refine((value) => Object.keys(value).length > 0, { message: "must change at least one field" }));
