import { usableDatabaseUrl } from "@parley/settings/database-url";
import { DrizzleQueryError } from "drizzle-orm/errors";
import {
  DatabaseUnavailable,
  isLostStatement,
  isRefusedUser,
  isRolledBack,
  lacksFunction,
  refusalOf,
} from "./database-errors.ts";
import { createDeadlines, statementDeadlineMillis } from "./deadlines.ts";
import type { Orm } from "./prepared.ts";
import type { ProcedureName, Procedures, RowProcedures } from "./procedures.ts";
import type { ReplyNews } from "./reply-news.ts";

/** One connection and what is prepared on it. */
export interface Connection {
  /** Drizzle on this connection. A query with a name (`.prepare(name)`) is planned once and takes one round trip. */
  readonly orm: Orm;
  /** Calls a function of the database that takes and answers JSON, prepared. */
  call<Name extends ProcedureName>(
    name: Name,
    args: Procedures[Name]["arguments"],
  ): Promise<Procedures[Name]["answer"]>;
  /** The same in the same round trip, with whom to tell of what has happened to the owner's replies. */
  callWithNews<Name extends ProcedureName>(
    name: Name,
    ownerId: string,
    args: Procedures[Name]["arguments"],
  ): Promise<WithNews<Procedures[Name]["answer"]>>;
  /** Calls a function of the database that takes JSON and answers a row, prepared. */
  callForRow<Name extends keyof RowProcedures>(
    name: Name,
    args: RowProcedures[Name]["arguments"],
  ): Promise<RowProcedures[Name]["answer"]>;
}

export interface WithNews<T> {
  answer: T;
  news: ReplyNews;
}

export interface Database {
  /**
   * Runs work on the present connection; once more, on a new one, where the password was refused and is another by now,
   * and once more on the same one where the server rolled it back for another's sake (a deadlock, a serialisation failure).
   * Work of several statements outside a transaction must therefore be safe to repeat.
   * @throws DatabaseUnavailable when the connection failed; it is thrown away and the next run opens a new one
   * @throws StorageFull when more would be stored of a user than may be
   * @throws OwnerGone when the work made something for a user who has been deleted
   */
  run<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Where a database is, for one whose password may be rotated. */
export interface DatabaseAddress {
  url(): Promise<string>;
  /** Told that the server refused the user or the password of the present URL; `url` is asked again afterwards. */
  refused(): Promise<void>;
}

export interface DatabaseOptions {
  /** Milliseconds after which an unanswered statement counts as a dead connection. */
  statementTimeoutMillis?: number;
  /** Called with each statement's text and parameters before it is sent. */
  onStatement?: (text: string, parameters: readonly unknown[]) => void;
}

/** What the server rolled back has not been done: doing it again is doing it once. */
async function twice<T>(work: (connection: Connection) => Promise<T>, connection: Connection): Promise<T> {
  try {
    return await work(connection);
  } catch (error) {
    if (!isRolledBack(error) && !lacksFunction(error)) throw error;
    return work(connection);
  }
}

/** Drizzle's own error repeats the query's values, which a log must not have. */
function withoutValues(error: unknown): unknown {
  return error instanceof DrizzleQueryError ? error.cause : error;
}

// Loads while a cold function waits for its secrets: a third of the code that it would else load before.
const drivers = import("./drivers.ts");

/** The server refused who connected. The URL is for comparing only: it holds the password. */
class UserRefused extends DatabaseUnavailable {
  readonly #url: string;

  constructor(url: string, source: unknown) {
    super(source);
    this.#url = url;
  }

  get url(): string {
    return this.#url;
  }
}

interface OpenConnection extends Connection {
  readonly url: string;
  end(): Promise<void>;
}

const unchanged = <T>(value: T): T => value;

/** Times as the server writes them, of which whoever reads them makes a Date; JSON is given as text. */
const asText = {
  date: { to: 1184, from: [1082, 1114, 1184], serialize: unchanged, parse: unchanged },
  json: { to: 114, from: [114, 3802], serialize: unchanged, parse: JSON.parse },
};

async function open(url: string, options: DatabaseOptions, onClosed: () => void): Promise<OpenConnection> {
  const { onStatement } = options;
  const { drizzle, ownSockets, postgres } = await drivers;
  const sockets = ownSockets(onClosed);
  const socketOption: object = { socket: sockets.open };
  const client = postgres(usableDatabaseUrl(url).url, {
    ...socketOption,
    // One request at a time uses it, or one worker whose replies only wait for the network.
    max: 1,
    fetch_types: false,
    types: asText,
    connect_timeout: 5,
    onnotice: () => {},
    connection: { application_name: "parley" },
    ...(onStatement && {
      debug: (_connection: number, text: string, parameters: unknown[]) => onStatement(text, parameters),
    }),
  });
  return {
    url,
    orm: drizzle({ client }),
    async call<Name extends ProcedureName>(name: Name, args: object) {
      const text = `select ${name}($1::text::jsonb) as answer`;
      const [row] = await client.unsafe<[{ answer: Procedures[Name]["answer"] }]>(
        text,
        [JSON.stringify(args)],
        { prepare: true },
      );
      return row.answer;
    },
    async callWithNews<Name extends ProcedureName>(name: Name, ownerId: string, args: object) {
      // `offset 0` has the call made once, and before its answer is read.
      const text = `select answer, reply_news(answer, $2::text) as news
        from (select ${name}($1::text::jsonb) as answer offset 0) as done`;
      const values = [JSON.stringify(args), ownerId];
      const [row] = await client.unsafe<[WithNews<Procedures[Name]["answer"]>]>(text, values, {
        prepare: true,
      });
      return row;
    },
    async callForRow<Name extends keyof RowProcedures>(name: Name, args: object) {
      const text = `select * from ${name}($1::text::jsonb)`;
      const [row] = await client.unsafe<[RowProcedures[Name]["answer"]]>(text, [JSON.stringify(args)], {
        prepare: true,
      });
      return row;
    },
    end: () => client.end({ timeout: 1 }).finally(sockets.end),
  };
}

/**
 * The database as one function environment sees it: one connection, opened by the first statement.
 * A failed connection is thrown away whole, because the pool of postgres 3.4 can stay dead
 * (porsager/postgres #1154, #1208).
 */
export function openDatabase(address: string | DatabaseAddress, options: DatabaseOptions = {}): Database {
  const inTime = createDeadlines(options.statementTimeoutMillis ?? statementDeadlineMillis);
  let present: Promise<OpenConnection> | undefined;

  async function connect(onClosed: () => void): Promise<OpenConnection> {
    try {
      return await open(typeof address === "string" ? address : await address.url(), options, onClosed);
    } catch (error) {
      present = undefined;
      throw error;
    }
  }

  function discard(connection: Promise<OpenConnection>): void {
    if (present === connection) present = undefined;
    connection.then((opened) => opened.end()).catch(() => {});
  }

  function presentConnection(): Promise<OpenConnection> {
    if (present !== undefined) return present;
    const connection = connect(() => discard(connection));
    present = connection;
    return connection;
  }

  async function attempt<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = presentConnection();
    try {
      return await inTime(connection.then((opened) => twice(work, opened)));
    } catch (caught) {
      const error = withoutValues(caught);
      const refusal = refusalOf(error);
      if (refusal !== undefined) throw refusal;
      const isRefused = isRefusedUser(error);
      if (!isRefused && !isLostStatement(error)) throw error;
      if (!isRolledBack(error)) discard(connection);
      if (isRefused) throw new UserRefused((await connection).url, error);
      throw error instanceof DatabaseUnavailable ? error : new DatabaseUnavailable(error);
    }
  }

  return {
    async run(work) {
      try {
        return await attempt(work);
      } catch (error) {
        if (!(error instanceof UserRefused) || typeof address === "string") throw error;
        await address.refused();
        // Refused before anything was sent: doing it again is doing it once.
        if ((await address.url()) === error.url) throw error;
        return await attempt(work);
      }
    },
    async close() {
      const connection = present;
      present = undefined;
      await (await connection)?.end();
    },
  };
}
