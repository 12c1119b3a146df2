import * as z from "zod";
import { conversation } from "./conversation.ts";
import { id, text } from "./fields.ts";
import { message } from "./message.ts";
import { note } from "./note.ts";

/** Words to search for; read by `websearch_to_tsquery`, which no text is an error to. */
export const searchQuery = text(256).meta({
  example: "leases",
  description:
    'Words that must all occur; `"a phrase"`, `or` and `-without` are understood, nothing else is special. Where whole words find little, parts of words and misspelt ones are found too.',
});

const highlight = z
  .object({ start: z.int().min(0), end: z.int().min(1) })
  .meta({ id: "Highlight", description: "Half open, in Unicode code points of the snippet" });

const snippet = {
  snippet: z
    .string()
    .meta({ description: "Part of the text, as data: escape it before it is shown as HTML" }),
  highlights: z.array(highlight).meta({ description: "The matches in the snippet" }),
};

export const messageMatch = z
  .object({ message, conversationTitle: z.string().nullable(), ...snippet })
  .meta({ id: "MessageMatch" });

export const listedConversation = conversation
  .extend({
    match: z
      .object({
        messageId: id
          .nullable()
          .meta({ description: "The message that matches best; null: it is the title or description" }),
        ...snippet,
      })
      .optional()
      .meta({ description: "Only with sort=relevance" }),
  })
  .meta({ id: "ListedConversation" });

const k = z
  .string()
  .regex(/^(100|[1-9]\d?)$/, "must be a whole number from 1 to 100")
  .transform(Number)
  .default(10)
  .meta({ type: "integer", minimum: 1, maximum: 100, default: 10, pattern: undefined });

export const similarQuery = z.strictObject({
  q: text(2_000).meta({ example: "How do leases end?", description: "A text to compare with" }),
  k,
});

const score = z
  .number()
  .min(-1)
  .max(1)
  .meta({ description: "semantic: cosine similarity. lexical: the part of the words that it has" });

const ranking = z.enum(["semantic", "lexical"]).meta({
  description: "lexical where the deployment has no embeddings, or none of this user's texts yet",
});

export const similarMessages = z.object({ ranking, data: z.array(z.object({ message, score })) });
export const similarNotes = z.object({ ranking, data: z.array(z.object({ note, score })) });
