import postgres from "postgres";
import { DeploymentError } from "../deployment-error.ts";
import { requireIpv4 } from "./require-ipv4.ts";
import type { SecretValues } from "./secret-values.ts";

const oldestVersion = 14;
const connectSeconds = 30;
const soleConnectionMillis = 3_000;
// Any constant, but not that of the migrations.
const lock = 7_203_612;

const remedies: Readonly<Record<string, string>> = {
  ENOTFOUND: "its host does not exist",
  ECONNREFUSED: "nothing listens there",
  CONNECT_TIMEOUT:
    "it does not answer; a database that only your own network reaches is out of AWS's reach as well",
  "28P01": "it refuses the password",
  "28000": "it refuses the user",
  "3D000": "the database that it names does not exist",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is self-signed; end the URL with ?sslmode=require",
  SELF_SIGNED_CERT_IN_CHAIN: "nobody known has signed its certificate; end the URL with ?sslmode=require",
};

/** The error's code, or the first line of its message, which in connecting holds no data. */
function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return remedies[code] ?? (code || (error instanceof Error ? error.message.split("\n")[0] : "")) ?? "";
}

/** @param onSend called with every statement that is sent, again when it is sent again */
function connect(url: string, onSend?: () => void): postgres.Sql {
  return postgres(url, {
    max: 1,
    fetch_types: false,
    connect_timeout: connectSeconds,
    onnotice: () => {},
    ...(onSend && { debug: onSend }),
  });
}

async function connected<T>(
  variable: string,
  url: string,
  work: (sql: postgres.Sql) => Promise<T>,
): Promise<T> {
  const sql = connect(url);
  try {
    return await work(sql);
  } catch (error) {
    if (error instanceof DeploymentError) throw error;
    throw new DeploymentError(`The database of ${variable} cannot be used: ${reasonOf(error)}.`, {
      cause: error,
    });
  } finally {
    await sql.end({ timeout: 5 });
  }
}

const forgetful =
  "The pooler of DATABASE_URL does not keep prepared statements: use a session pooler, PgBouncer 1.21 with max_prepared_statements, or the direct URL.";

/**
 * Functions prepare their statements once. The driver prepares one that was forgotten again, which costs each request a
 * round trip and more, so what counts is how often it had to. The last run is made while another client holds the
 * connection of the first, so that a pooler has to give it another one.
 */
async function checkPrepared(url: string): Promise<void> {
  let sent = 0;
  const sql = connect(url, () => {
    sent += 1;
  });
  const other = connect(url);
  const run = (number: number) => sql.unsafe("select $1::int", [number], { prepare: true });
  try {
    await run(1);
    await run(2);
    const later = other.begin(async (holding) => {
      await holding`select 1`;
      const third = run(3);
      // A pooler with a single connection has no other to give before this transaction ends.
      await Promise.race([third, new Promise((resolve) => setTimeout(resolve, soleConnectionMillis))]);
      return { third };
    });
    await (await later).third;
  } catch (error) {
    throw new DeploymentError(forgetful, { cause: error });
  } finally {
    await Promise.all([sql, other].map((client) => client.end({ timeout: 5 })));
  }
  if (sent > 3) throw new DeploymentError(forgetful);
}

async function describe(sql: postgres.Sql): Promise<string> {
  const [row] = await sql<[{ version: number; shown: string; vector: string | null }]>`
    select current_setting('server_version_num')::int / 10000 as version,
      current_setting('server_version') as shown,
      (select default_version from pg_available_extensions where name = 'vector') as vector`;
  if (row.version < oldestVersion) {
    throw new DeploymentError(
      `The database is Postgres ${row.shown}: Parley needs ${oldestVersion} or later.`,
    );
  }
  const vector = row.vector === null ? "no pgvector, so no similar search" : `pgvector ${row.vector}`;
  return `Database: Postgres ${row.shown}, ${vector}.`;
}

/** Migrations make tables, and the schema in which they note what has been applied. */
async function checkRights(sql: postgres.Sql): Promise<void> {
  const [row] = await sql<[{ may: boolean | null }]>`
    select has_schema_privilege(current_schema(), 'create')
      and has_database_privilege(current_database(), 'create') as may`;
  if (row.may !== true) {
    throw new DeploymentError(
      "The user of DIRECT_DATABASE_URL may not make tables: grant it create on the database and on its schema public.",
    );
  }
}

/** What holds the lock in one database leaves it free in any other. */
async function checkSame(direct: postgres.Sql, url: string): Promise<void> {
  await direct`select pg_advisory_lock(${lock})`;
  await connected("DATABASE_URL", url, async (sql) => {
    const [row] = await sql<[{ free: boolean }]>`select pg_try_advisory_xact_lock(${lock}) as free`;
    if (row.free) {
      throw new DeploymentError(
        "DIRECT_DATABASE_URL names another database than DATABASE_URL: migrations would not reach what functions use.",
      );
    }
  });
}

/** Migrations hold an advisory lock over many statements, which only one and the same session can. */
async function checkDirect(sql: postgres.Sql, url: string): Promise<void> {
  await checkRights(sql);
  await checkSame(sql, url);
  const [row] = await sql<[{ released: boolean }]>`select pg_advisory_unlock(${lock}) as released`;
  if (!row.released) {
    throw new DeploymentError(
      "DIRECT_DATABASE_URL goes through a transaction pooler: set it to the URL past the pooler.",
    );
  }
}

/**
 * Tries the database as the functions and the migrations will use it.
 * @returns lines for people
 * @throws DeploymentError with one sentence, without the URL
 */
export async function checkDatabase(values: SecretValues): Promise<string[]> {
  const { databaseUrl, directDatabaseUrl = databaseUrl } = values;
  if (databaseUrl === undefined || directDatabaseUrl === undefined) return [];
  await requireIpv4("DATABASE_URL", databaseUrl);
  await requireIpv4("DIRECT_DATABASE_URL", directDatabaseUrl);
  const line = await connected("DATABASE_URL", databaseUrl, async (sql) => {
    const description = await describe(sql);
    await checkPrepared(databaseUrl);
    return description;
  });
  await connected("DIRECT_DATABASE_URL", directDatabaseUrl, (sql) => checkDirect(sql, databaseUrl));
  const isUnchecked = !/sslmode=verify-full|@(?:localhost|127\.0\.0\.1)[:/]/.test(databaseUrl);
  return isUnchecked
    ? [line, "The URL does not say sslmode=verify-full: the server's certificate is not checked."]
    : [line];
}
