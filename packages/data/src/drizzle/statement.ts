import {
  Column,
  getTableColumns,
  type InferSelectModel,
  is,
  Param,
  Placeholder,
  SQL,
  sql,
  type Table,
} from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";
import { drizzle } from "drizzle-orm/postgres-js";
import type { JsonField, JsonFields } from "../json-row.ts";
import {
  type Decoding,
  type Parameter,
  type Statement,
  type Statements,
  type StatementText,
  shapeKey,
  statementsOf,
  textStatement,
} from "../statement.ts";

/** Builds statements and runs none: it has no connection. */
export const db = drizzle.mock();

interface Query<Row> extends PromiseLike<Row[]> {
  toSQL(): { sql: string; params: unknown[] };
}

/** A select of columns and expressions. */
interface FlatSelect<Row> extends Query<Row> {
  readonly _: { readonly selectedFields: object };
}

/** A change, with the columns and expressions that it returns. */
interface Change<Row> {
  readonly query: Query<Row>;
  readonly returned: object;
}

type Built<Row> = FlatSelect<Row> | Change<Row>;

function decodingOf(field: unknown): Decoding | undefined {
  if (is(field, SQL) || is(field, SQL.Aliased)) return undefined;
  if (!is(field, Column)) throw new Error("A statement's row has columns and expressions only.");
  if (field.dataType === "date") return "date";
  return field.columnType === "PgBigInt53" ? "number" : undefined;
}

function parameterOf(given: unknown): Parameter {
  if (is(given, Placeholder)) return { name: given.name };
  if (is(given, Param) && is(given.value, Placeholder)) {
    const { encoder, value } = given;
    return { name: value.name, ...(is(encoder, Column) && encoder.dataType === "json" && { isJson: true }) };
  }
  return { always: given as string };
}

function textOf(built: Built<unknown>): StatementText {
  const [query, fields] = "query" in built ? [built.query, built.returned] : [built, built._.selectedFields];
  const { sql: text, params } = query.toSQL();
  return {
    text,
    parameters: params.map(parameterOf),
    columns: Object.entries(fields).map(([key, field]) => {
      const decoding = decodingOf(field);
      return { key, ...(decoding && { decoding }) };
    }),
  };
}

/** A statement of Drizzle's, built when it is first used, or by whoever bundles the module that exports it. */
export function statement<Row>(build: () => Built<Row>): Statement<Row> {
  return textStatement<Row>(() => textOf(build()));
}

/** A statement that is built with a bundle, and the key of its shape. */
interface UsualStatement<Row> {
  readonly key: string;
  readonly statement: Statement<Row>;
}

/** The same for each shape of what is asked for. Those of the usual shapes are built with a bundle. */
export function statements<Shape, Row>(
  build: (shape: Shape) => Built<Row>,
  usualShapes: readonly NoInfer<Shape>[] = [],
): Statements<Shape, Row> & { readonly usual: readonly UsualStatement<Row>[] } {
  const of = statementsOf({}, (shape: Shape) => statement(() => build(shape)));
  const usual = usualShapes.map((shape) => ({ key: shapeKey(shape), statement: of(shape) }));
  return Object.assign(of, { usual });
}

/** Counts the rows of a table that meet a condition. */
export function counting(table: PgTable, condition: SQL | undefined) {
  return db.select({ count: sql<number>`count(*)::integer` }).from(table).where(condition);
}

/** What a change of these columns is given: values of the same names. */
export function given(names: readonly string[]): Record<string, Placeholder> {
  return Object.fromEntries(names.map((name) => [name, sql.placeholder(name)]));
}

/** How a row of the table is read where a function of the database answers it as JSON. */
export function jsonFields<T extends Table>(table: T): JsonFields<InferSelectModel<T>> {
  const fields = Object.entries(getTableColumns(table)).map(
    ([key, { name, dataType }]): JsonField => ({ key, name, ...(dataType === "date" && { isDate: true }) }),
  );
  return fields as JsonFields<InferSelectModel<T>>;
}
