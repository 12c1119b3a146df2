import { Column, fillPlaceholders, is, SQL } from "drizzle-orm";
import type { Sql } from "postgres";

/** A select of columns and expressions, as Drizzle builds it. */
export interface FlatSelect<Row> extends PromiseLike<Row[]> {
  readonly _: { readonly selectedFields: object };
  toSQL(): { sql: string; params: unknown[] };
}

export interface PreparedSelect<Row> {
  execute(values: Record<string, unknown>): Promise<Row[]>;
}

/** How a value becomes the row's; undefined where it already is. */
function decoderOf(field: unknown): ((value: unknown) => unknown) | undefined {
  if (is(field, SQL) || is(field, SQL.Aliased)) return undefined;
  if (!is(field, Column)) throw new Error("A prepared select has columns and expressions only.");
  if (field.mapFromDriverValue === Column.prototype.mapFromDriverValue) return undefined;
  return (value) => field.mapFromDriverValue(value);
}

function rowReader<Row>(fields: object): (values: readonly unknown[]) => Row {
  const columns = Object.entries(fields).map(([key, field]) => ({ key, decode: decoderOf(field) }));
  return (values) => {
    const row: Record<string, unknown> = {};
    for (let index = 0; index < columns.length; index++) {
      const { key, decode } = columns[index] as (typeof columns)[number];
      const value = values[index];
      row[key] = decode === undefined || value === null ? value : decode(value);
    }
    return row as Row;
  };
}

/**
 * Runs what Drizzle has built without the rest of Drizzle: it finds out for each value of each row what to make of it,
 * which takes longer for a page than its statement.
 */
export function prepareSelect<Row>(client: Sql, select: FlatSelect<Row>): PreparedSelect<Row> {
  const { sql, params } = select.toSQL();
  const readRow = rowReader<Row>(select._.selectedFields);
  return {
    async execute(values) {
      // All that a statement takes is a text, a number or a truth value.
      const given = fillPlaceholders(params, values) as string[];
      const rows = await client.unsafe(sql, given, { prepare: true }).values();
      return rows.map(readRow);
    },
  };
}
