import { describeError } from "@parley/runtime/describe-error";

const remedies: Readonly<Record<string, string>> = {
  ENOTFOUND: "The host of the database's URL does not exist.",
  ECONNREFUSED: "Nothing listens at the database's URL.",
  CONNECT_TIMEOUT: "The database does not answer: it may be asleep, or it does not let AWS in.",
  "28P01": "The database refuses the password of its URL.",
  "3D000": "The database that the URL names does not exist.",
  "42501": "The user of the URL may not create tables.",
};

const what = "The migrations were not applied, and nothing after them was deployed";

/**
 * A failed migration as the deployment reports it: with the error's name and code, and without its message, which may
 * hold the database's URL or data. What the code ran into before Postgres, such as a missing setting, stays as it is.
 */
export function migrationFailure(error: unknown): Error {
  // Drizzle wraps Postgres' error in one of its own that only says which query failed.
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const { name, code, constraint } = describeError(cause);
  if (code === undefined) return error instanceof Error ? error : new Error(`${what} (${name}).`);
  const where = constraint === undefined ? "" : `, constraint ${constraint}`;
  const remedy = remedies[code];
  const failure = new Error(`${what}: ${name} ${code}${where}.${remedy === undefined ? "" : ` ${remedy}`}`);
  failure.name = "MigrationFailed";
  return failure;
}
