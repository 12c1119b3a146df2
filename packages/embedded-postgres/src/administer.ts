import postgres from "postgres";

/** The database that the `db` test project migrates once; each test file gets a copy of it. */
export const templateName = "parley_template";

/** Runs one statement on a server, outside of its databases. */
export async function administer(serverUrl: string, statement: string): Promise<readonly postgres.Row[]> {
  const sql = postgres(serverUrl, { max: 1, database: "postgres", onnotice: () => {} });
  try {
    return await sql.unsafe(statement);
  } finally {
    await sql.end();
  }
}

/** The URL of another database of the same server. */
export function databaseAt(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}
