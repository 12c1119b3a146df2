/** What a value is that the server sends as text, where it is none. */
const decoders = {
  date: (value: unknown) => new Date(value as string),
  number: Number,
};

export type Decoding = keyof typeof decoders;

/** A value that is always the same, or the name of one that each call gives. */
export type Parameter =
  | { readonly always: string | number | boolean | null }
  | { readonly name: string; readonly isJson?: boolean };

export interface ResultColumn {
  /** What the row calls it. */
  readonly key: string;
  readonly decoding?: Decoding | undefined;
}

/** All there is to know of a statement to run it. */
export interface StatementText {
  readonly text: string;
  /** Of `$1`, `$2` and so on. */
  readonly parameters: readonly Parameter[];
  readonly columns: readonly ResultColumn[];
}

export type StatementValues = Readonly<Record<string, unknown>>;

export interface ReadyStatement<Row> {
  readonly source: StatementText;
  /** What the server is given. @throws Error where the values lack one that is named */
  bind(values: StatementValues): string[];
  readRow(values: readonly unknown[]): Row;
}

/** A statement that may still have to be built. */
export interface Statement<Row> {
  ready(): ReadyStatement<Row> | Promise<ReadyStatement<Row>>;
}

/** A statement for each shape of what is asked for, such as which filters a list has. */
export type Statements<Shape, Row> = (shape: Shape) => Statement<Row>;

function givenValue(parameter: Parameter, values: StatementValues): unknown {
  if ("always" in parameter) return parameter.always;
  const { name, isJson } = parameter;
  if (!(name in values)) throw new Error(`The statement was given no ${name}.`);
  return isJson === true ? JSON.stringify(values[name]) : values[name];
}

function getReady<Row>(source: StatementText): ReadyStatement<Row> {
  const columns = source.columns.map(({ key, decoding }) => ({
    key,
    decode: decoding && decoders[decoding],
  }));
  return {
    source,
    // All that a statement takes is a text, a number or a truth value.
    bind: (values) => source.parameters.map((parameter) => givenValue(parameter, values)) as string[],
    readRow(values) {
      const row: Record<string, unknown> = {};
      for (let index = 0; index < columns.length; index++) {
        const { key, decode } = columns[index] as (typeof columns)[number];
        const value = values[index];
        row[key] = decode === undefined || value === null ? value : decode(value);
      }
      return row as Row;
    },
  };
}

/**
 * A statement that is written down, or was built by whoever bundled it.
 * @param source a function, so that a cold environment compiles the texts that it uses
 */
export function textStatement<Row>(source: () => StatementText): Statement<Row> {
  let ready: ReadyStatement<Row> | undefined;
  return {
    ready() {
      ready ??= getReady<Row>(source());
      return ready;
    },
  };
}

/** By which the shape of a statement is known: its keys come in the order in which the code names them. */
export function shapeKey(shape: unknown): string {
  return JSON.stringify(shape);
}

/**
 * Each statement made once.
 * @param built those that need not be made, by `shapeKey`
 */
export function statementsOf<Shape, Row>(
  built: Readonly<Record<string, () => StatementText>>,
  build: (shape: Shape) => Statement<Row>,
): Statements<Shape, Row> {
  const made = new Map<string, Statement<Row>>();
  return (shape) => {
    const key = shapeKey(shape);
    let statement = made.get(key);
    if (statement === undefined) {
      const source = built[key];
      statement = source === undefined ? build(shape) : textStatement<Row>(source);
      made.set(key, statement);
    }
    return statement;
  };
}
