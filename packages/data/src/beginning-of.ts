import { type AnyColumn, type SQL, type SQLWrapper, sql } from "drizzle-orm";

/** In characters. More than an answer shows of a text, and as JSON never more than a Lambda can send. */
export const longestReadText = 700_000;

/** A stored text that a model wrote, without what no answer could hold: that is not even read. */
export function beginningOf(text: AnyColumn): SQL<string> {
  return sql<string>`left(${text}, ${sql.raw(String(longestReadText))})`;
}

/** The same of what stands behind that many code points. */
export function partOf(text: AnyColumn, after: SQLWrapper): SQL<string> {
  return sql<string>`substr(${text}, ${after}::integer + 1, ${sql.raw(String(longestReadText))})`;
}
