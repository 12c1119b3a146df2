import type { PostgresJsDatabase } from "drizzle-orm/postgres-js";

/** Drizzle on one connection. */
export type Orm = PostgresJsDatabase;

/** The same within a transaction. */
export type Transaction = Parameters<Parameters<Orm["transaction"]>[0]>[0];

/** Builds a query of a hot path once for each connection, because a query that Drizzle prepares belongs to one. */
export function prepared<Query>(prepare: (orm: Orm) => Query): (orm: Orm) => Query {
  const queries = new WeakMap<Orm, Query>();
  return (orm) => {
    let query = queries.get(orm);
    if (query === undefined) {
      query = prepare(orm);
      queries.set(orm, query);
    }
    return query;
  };
}
