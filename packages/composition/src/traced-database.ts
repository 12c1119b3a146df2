import type { Database } from "@parley/data/database";
import { databaseSpan } from "@parley/runtime/span-kinds";
import { traced } from "@parley/runtime/tracer";

/** The same database, with a tracing span around each use of its connection. */
export function tracedDatabase(database: Database): Database {
  return { ...database, run: (work) => traced("database", () => database.run(work), databaseSpan) };
}
