import { getTableColumns, type InferSelectModel, type Table } from "drizzle-orm";

/** A row as `to_jsonb(row)` writes it. */
export type JsonRow = Record<string, unknown>;

/** The row that a Drizzle select of the table would have given. */
export function fromJson<T extends Table>(table: T, json: JsonRow): InferSelectModel<T> {
  const row: Record<string, unknown> = {};
  for (const [key, column] of Object.entries(getTableColumns(table))) {
    const value = json[column.name];
    row[key] = column.dataType === "date" && typeof value === "string" ? new Date(value) : value;
  }
  return row as InferSelectModel<T>;
}
