import { type AnyColumn, asc, desc, type SQL, type SQLWrapper, sql } from "drizzle-orm";

export type Order = "asc" | "desc";

/** Where the page before ended: its last row's sort key and id. */
export interface After<K> {
  key: K;
  id: string;
}

export interface PageOf<K> {
  order: Order;
  limit: number;
  after?: After<K> | undefined;
}

/** The rows of a page of default length, and one that tells whether there are more. */
export const defaultPageRows = 21;

/**
 * The limit of a page. The default one is written into the query: not knowing it, Postgres takes a plan for all calls to
 * be the dearer one, and plans each call anew.
 */
export function pageLimit({ limit }: { limit: number }): number {
  // Drizzle makes a parameter of everything but SQL, which its types do not expect here.
  return limit === defaultPageRows ? (sql.raw(String(defaultPageRows)) as unknown as number) : limit;
}

export function inOrder({ order }: { order: Order }): typeof asc {
  return order === "asc" ? asc : desc;
}

/** Rows behind the page before, sorted by a timestamp, then by id; undefined for the first page. */
export function behindInstant(
  column: AnyColumn,
  id: AnyColumn,
  { order, after }: Omit<PageOf<string>, "limit">,
): SQL | undefined {
  return after && behind([column, id], sql`(${after.key}::timestamptz, ${after.id})`, order);
}

/** The same, sorted by a number. */
export function behindNumber(
  column: AnyColumn,
  id: AnyColumn,
  { order, after }: Omit<PageOf<number>, "limit">,
): SQL | undefined {
  return after && behind([column, id], sql`(${after.key}::integer, ${after.id})`, order);
}

/** Rows behind `lastRow` when sorted by these columns; `lastRow` selects the same of it. */
export function behind(columns: AnyColumn[], lastRow: SQLWrapper, order: Order): SQL {
  const row = sql`(${sql.join(columns, sql`, `)})`;
  return order === "asc" ? sql`${row} > ${lastRow}` : sql`${row} < ${lastRow}`;
}

/** A timestamp in UTC with its microseconds, which JavaScript's Date would lose. */
export function exactInstant(column: AnyColumn): SQL<string> {
  return sql<string>`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}

/** `q` as literal text anywhere in the column, letter case, accents and width aside. */
export function contains(column: AnyColumn, q: string): SQL {
  // Folded once, and not for each row.
  return sql`strpos(fold_text(${column}), (select fold_text(${q}::text))) > 0`;
}
