import { type AnyColumn, type SQL, sql } from "drizzle-orm";

export type Order = "asc" | "desc";

/** Where the page before ended: its last row's sort key and id. */
export interface After {
  /** A whole number in decimal digits. */
  key: string;
  id: string;
}

/** A timestamp as microseconds since 1970, which JavaScript's Date would lose. */
export function exactInstant(column: AnyColumn): SQL<string> {
  return sql<string>`(extract(epoch from ${column}) * 1000000)::bigint::text`;
}

/** Rows behind `after` when sorted by a timestamp, then by id. */
export function behindInstant(column: AnyColumn, id: AnyColumn, after: After, order: Order): SQL {
  // A double holds microseconds exactly until the year 2255.
  const instant = sql`timestamptz 'epoch' + ${after.key}::text::bigint * interval '1 microsecond'`;
  return behind(column, id, instant, after.id, order);
}

/** Rows behind `after` when sorted by a number, then by id. */
export function behindNumber(column: AnyColumn, id: AnyColumn, after: After, order: Order): SQL {
  return behind(column, id, sql`${after.key}::text::bigint`, after.id, order);
}

function behind(column: AnyColumn, id: AnyColumn, key: SQL, lastId: string, order: Order): SQL {
  return order === "asc"
    ? sql`(${column}, ${id}) > (${key}, ${lastId})`
    : sql`(${column}, ${id}) < (${key}, ${lastId})`;
}

/** `q` as literal text anywhere in the column, letter case aside. */
export function contains(column: AnyColumn, q: string): SQL {
  return sql`strpos(lower(${column}), lower(${q}::text)) > 0`;
}
