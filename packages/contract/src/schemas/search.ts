import * as z from "zod/mini";
import { conversation } from "./conversation.ts";
import { id } from "./fields.ts";
import { foundMessage } from "./message.ts";
import { note } from "./note.ts";

const highlight = z
  .object({ start: z.int().check(z.minimum(0)), end: z.int().check(z.minimum(1)) })
  .register(z.globalRegistry, {
    id: "Highlight",
    description: "Half open, in Unicode code points of the snippet",
  });

const snippet = {
  snippet: z
    .string()
    .check(z.meta({ description: "Part of the text, as data: escape it before it is shown as HTML" })),
  highlights: z.array(highlight).check(z.meta({ description: "The matches in the snippet" })),
};

export const messageMatch = z
  .object({ message: foundMessage, conversationTitle: z.nullable(z.string()), ...snippet })
  .register(z.globalRegistry, { id: "MessageMatch" });

export const listedConversation = z
  .extend(conversation, {
    match: z
      .optional(
        z.object({
          messageId: z
            .nullable(id)
            .check(
              z.meta({ description: "The message that matches best; null: it is the title or description" }),
            ),
          ...snippet,
        }),
      )
      .check(z.meta({ description: "Only with sort=relevance" })),
  })
  .register(z.globalRegistry, { id: "ListedConversation" });

const score = z
  .number()
  .check(
    z.minimum(-1),
    z.maximum(1),
    z.meta({ description: "semantic: cosine similarity. lexical: share of the words that it has" }),
  );

const ranking = z.enum(["semantic", "lexical"]).check(
  z.meta({
    description: "lexical where the deployment has no embeddings, or none of this user's texts yet",
  }),
);

export const similarMessages = z.object({
  ranking,
  data: z.array(z.object({ message: foundMessage, score })),
});
export const similarNotes = z.object({ ranking, data: z.array(z.object({ note, score })) });
