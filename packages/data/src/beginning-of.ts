import { type AnyColumn, type SQL, sql } from "drizzle-orm";

/** In characters. More than an answer shows of a text, and as JSON never more than a Lambda can send. */
export const longestReadText = 700_000;

/** A stored text that a model wrote, without what no answer could hold: that is not even read. */
export function beginningOf(text: AnyColumn): SQL<string> {
  return sql<string>`left(${text}, ${sql.raw(String(longestReadText))})`;
}
