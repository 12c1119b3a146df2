import * as z from "zod";

/** A cuid2 key. */
export const id = z
  .string()
  .regex(/^[a-z][a-z0-9]{23}$/, "must be an id of 24 lower-case letters and digits")
  .meta({ example: "tz4a98xxat96iws9zmbrgj3a" });

export const timestamp = z.iso
  .datetime({ precision: 3 })
  .meta({ description: "RFC 3339, UTC, milliseconds", example: "2026-11-21T09:30:00.000Z" });

/** Longest message in Unicode code points. */
const longestContent = 32_768;

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** Text of 1 to `longest` Unicode code points that is not only white space. */
export function text(longest: number) {
  return z
    .string()
    .refine((value) => value.length <= longest || codePoints(value) <= longest, {
      message: `must be at most ${longest} characters`,
    })
    .refine((value) => value.trim() !== "", { message: "must not be blank" })
    .meta({ minLength: 1, maxLength: longest });
}

export const content = text(longestContent).meta({ example: "What is a lease in a job queue?" });

export const modelId = z
  .string()
  .regex(/^[a-z0-9-]{1,32}\/[A-Za-z0-9._:/-]{1,128}$/, "must be a model id such as scripted/demo")
  .meta({ example: "scripted/demo" });

const metadataValue = z.union([z.string().max(512), z.number(), z.boolean()]);

/** Up to 16 keys of the caller's own. */
export const metadata = z
  .record(z.string().min(1).max(64), metadataValue)
  .refine((value) => Object.keys(value).length <= 16, { message: "must have at most 16 keys" })
  .meta({ maxProperties: 16, example: { project: "garden" } });

/** Free text to look for; `%`, `_` and `\` mean themselves. */
export const searchText = text(256).optional().meta({ example: "lease" });
