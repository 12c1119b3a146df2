import { type AnyColumn, type Placeholder, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { type After, type Order, type PageShape, usualRows } from "../keyset.ts";

/** What stands for `pageValues` in a statement. */
const afterPlaceholders = { key: sql.placeholder("afterKey"), id: sql.placeholder("afterId") };

type AfterOrPlaceholders<K> = After<K> | typeof afterPlaceholders;

/** Pages of usual order and length: the first, and those behind it. */
export const usualPages: readonly PageShape[] = [false, true].map((isBehind) => ({
  order: "desc",
  hasUsualLimit: true,
  isBehind,
}));

/**
 * The limit of a page. The usual one is written into the statement: not knowing it, Postgres takes a plan for all calls
 * to be the dearer one, and plans each call anew.
 */
export function pageLimit({ hasUsualLimit }: PageShape): Placeholder {
  // What Drizzle is given becomes a parameter, unless it is SQL, which its types do not expect here.
  return hasUsualLimit ? (sql.raw(String(usualRows)) as unknown as Placeholder) : sql.placeholder("limit");
}

/** Rows behind the page before, sorted by a timestamp, then by id; undefined for the first page. */
export function behindPageByInstant(column: AnyColumn, id: AnyColumn, page: PageShape): SQL | undefined {
  return page.isBehind ? behindInstant(column, id, afterPlaceholders, page.order) : undefined;
}

/** The same, sorted by a number. */
export function behindPageByNumber(column: AnyColumn, id: AnyColumn, page: PageShape): SQL | undefined {
  if (!page.isBehind) return undefined;
  return behind(column, id, sql`${afterPlaceholders.key}::integer`, afterPlaceholders.id, page.order);
}

/** Rows behind the last one of the page before, sorted by several columns; `lastRow` selects the same of it. */
export function behindPageByRow(columns: AnyColumn[], lastRow: SQLWrapper, page: PageShape): SQL | undefined {
  if (!page.isBehind) return undefined;
  const row = sql`(${sql.join(columns, sql`, `)})`;
  return page.order === "asc" ? sql`${row} > ${lastRow}` : sql`${row} < ${lastRow}`;
}

/** A timestamp in UTC with its microseconds, which JavaScript's Date would lose. */
export function exactInstant(column: AnyColumn): SQL<string> {
  return sql<string>`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}

/** Rows behind `after` when sorted by a timestamp, then by id. */
export function behindInstant(
  column: AnyColumn,
  id: AnyColumn,
  after: AfterOrPlaceholders<string>,
  order: Order,
): SQL {
  return behind(column, id, sql`${after.key}::timestamptz`, after.id, order);
}

function behind(column: AnyColumn, id: AnyColumn, key: SQL, lastId: string | Placeholder, order: Order): SQL {
  return order === "asc"
    ? sql`(${column}, ${id}) > (${key}, ${lastId})`
    : sql`(${column}, ${id}) < (${key}, ${lastId})`;
}

/** `q` as literal text anywhere in the column, letter case aside. */
export function contains(column: AnyColumn, q: string | Placeholder): SQL {
  return sql`strpos(lower(${column}), lower(${q}::text)) > 0`;
}
