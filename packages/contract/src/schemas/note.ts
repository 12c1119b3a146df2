import * as z from "zod/mini";
import { content, id, text, timestamp } from "./fields.ts";

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

/** One word or phrase to find notes by, compared as it is written, however its accents are encoded. */
export const tag = text(64).check(z.meta({ example: "garden" }));

const fields = {
  title: z.optional(z.nullable(text(200))).check(z.meta({ example: "Tomatoes" })),
  content: content.check(z.meta({ example: "Water them on Mondays." })),
  tags: z.optional(
    z.array(tag).check(
      z.maxLength(16),
      z.refine((value) => new Set(value.map((one) => one.normalize())).size === value.length, {
        message: "must not repeat a tag",
      }),
    ),
  ),
};

export const createNote = z.strictObject(fields);

export const updateNote = z
  .strictObject({ ...fields, content: z.optional(fields.content) })
  .check(z.refine((value) => Object.keys(value).length > 0, { message: "must change at least one field" }));
