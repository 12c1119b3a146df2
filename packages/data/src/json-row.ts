/** A row as `to_jsonb(row)` writes it. */
export type JsonRow = Record<string, unknown>;

export interface JsonField {
  readonly key: string;
  /** The column's. */
  readonly name: string;
  readonly isDate?: boolean;
}

/** How a row is read that was written as JSON. */
export type JsonFields<Row> = readonly JsonField[] & { readonly row?: Row };

/** The row that a select of the table would have given. */
export function fromJson<Row>(fields: JsonFields<Row>, json: JsonRow): Row {
  const row: Record<string, unknown> = {};
  for (const { key, name, isDate } of fields) {
    const value = json[name];
    row[key] = isDate === true && typeof value === "string" ? new Date(value) : value;
  }
  return row as Row;
}
