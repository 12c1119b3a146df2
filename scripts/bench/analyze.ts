import postgres from "postgres";

/**
 * A server that is not thrown away does it by itself, within a minute. Before it, all plans are for empty tables, and
 * a prepared statement keeps its plan.
 */
export async function analyze(databaseUrl: string): Promise<void> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {}, connection: { statement_timeout: 0 } });
  await sql`analyze`;
  await sql.end();
}
