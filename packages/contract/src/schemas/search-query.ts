import * as z from "zod/mini";
import { queryNumber, text } from "./fields.ts";

/** Words to search for; read by `websearch_to_tsquery`, which no text is an error to. */
export const searchQuery = text(256).check(
  z.meta({
    example: "leases",
    description:
      'Words that must all occur; `"a phrase"`, `or` and `-without` are understood, nothing else is special. Words that signs join (`app.ts:42`) are a phrase. Accents, case and width make no difference. Where whole words find little, parts of words and misspelt ones are found too.',
  }),
);

const k = queryNumber({ pattern: /^(100|[1-9]\d?)$/, minimum: 1, maximum: 100, default: 10 });

export const similarQuery = z.strictObject({
  q: text(2_000).check(z.meta({ example: "How do leases end?", description: "A text to compare with" })),
  k,
});
