import type { Database } from "./database.ts";
import type { Statement, StatementValues } from "./statement.ts";

/** What a statement that counts has counted. */
export async function countRows(
  database: Database,
  statement: Statement<{ count: number }>,
  values: StatementValues,
): Promise<number> {
  const [row] = await database.run(({ rows }) => rows(statement, values));
  return row?.count ?? 0;
}
