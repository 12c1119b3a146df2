import { type AnyColumn, type Placeholder, type SQL, sql } from "drizzle-orm";

export type Order = "asc" | "desc";

/** Where the page before ended: its last row's sort key and id. */
export interface After<K> {
  key: K;
  id: string;
}

/** In a prepared statement, what stands for `After`. */
export const afterPlaceholders = { key: sql.placeholder("afterKey"), id: sql.placeholder("afterId") };

type AfterOrPlaceholders<K> = After<K> | typeof afterPlaceholders;

/** The values for `afterPlaceholders`. */
export function afterValues<K>(after: After<K> | undefined): Record<string, unknown> {
  return { afterKey: after?.key, afterId: after?.id };
}

/** The rows of a page of usual length, and one that tells whether there are more. */
const usualRows = 21;

/**
 * The limit of a prepared page, and what it adds to the statement's name. The usual one is written into the statement:
 * not knowing it, Postgres takes a plan for all calls to be the dearer one, and plans each call anew.
 */
export function preparedLimit(limit: number): { limit: Placeholder; name: string } {
  if (limit !== usualRows) return { limit: sql.placeholder("limit"), name: "" };
  // What Drizzle is given becomes a parameter, unless it is SQL, which its types do not expect here.
  return { limit: sql.raw(String(usualRows)) as unknown as Placeholder, name: "usual limit" };
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

/** Rows behind `after` when sorted by a number, then by id. */
export function behindNumber(
  column: AnyColumn,
  id: AnyColumn,
  after: AfterOrPlaceholders<number>,
  order: Order,
): SQL {
  return behind(column, id, sql`${after.key}::integer`, after.id, order);
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
