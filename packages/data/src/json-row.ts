import { getTableColumns, type InferSelectModel, type Table } from "drizzle-orm";

/** A row as `to_jsonb(row)` writes it. */
export type JsonRow = Record<string, unknown>;

/** The row that a select of the table would have given. */
export function rowFromJson<T extends Table>(table: T, json: JsonRow): InferSelectModel<T> {
  const row: Record<string, unknown> = {};
  for (const [key, { name, dataType }] of Object.entries(getTableColumns(table))) {
    const value = json[name];
    row[key] = dataType === "date" && typeof value === "string" ? new Date(value) : value;
  }
  return row as InferSelectModel<T>;
}
