import { getTableColumns, type InferSelectModel, type Table } from "drizzle-orm";

/** A row as `to_jsonb(row)` writes it. */
export type JsonRow = Record<string, unknown>;

interface Field {
  key: string;
  name: string;
  isDate: boolean;
}

const fieldsOf = new WeakMap<Table, readonly Field[]>();

function findFields(table: Table): readonly Field[] {
  const fields = Object.entries(getTableColumns(table)).map(([key, { name, dataType }]) => {
    return { key, name, isDate: dataType === "date" };
  });
  fieldsOf.set(table, fields);
  return fields;
}

/** The row that a Drizzle select of the table would have given. */
export function fromJson<T extends Table>(table: T, json: JsonRow): InferSelectModel<T> {
  const row: Record<string, unknown> = {};
  for (const { key, name, isDate } of fieldsOf.get(table) ?? findFields(table)) {
    const value = json[name];
    row[key] = isDate && typeof value === "string" ? new Date(value) : value;
  }
  return row as InferSelectModel<T>;
}
