import { count, type SQL } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";
import type { Orm } from "./prepared.ts";

/** How many rows of a table meet a condition. One round trip, where Drizzle's `$count`, which is not prepared, takes two. */
export async function countRows(orm: Orm, table: PgTable, condition: SQL | undefined): Promise<number> {
  const [row] = await orm
    .select({ rows: count() })
    .from(table)
    .where(condition)
    .prepare("count_rows")
    .execute();
  return row?.rows ?? 0;
}
