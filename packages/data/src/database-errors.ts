/** The database cannot be reached now; the statement may or may not have taken effect. */
export class DatabaseUnavailable extends Error {
  readonly code: string;

  constructor(source: unknown) {
    super("The database cannot be reached.");
    this.name = "DatabaseUnavailable";
    this.code = typeof source === "string" ? source : (codeOf(source) ?? "UNKNOWN");
  }
}

/** A statement was to make something for a user who is not there any more. */
export class OwnerGone extends Error {
  constructor() {
    super("The user has been deleted.");
    this.name = "OwnerGone";
  }
}

/** A user has as much stored as may be. */
export class StorageFull extends Error {
  readonly kind: string;
  readonly limit: number;

  /** @param detail what `require_room` says of it, as JSON */
  constructor(detail: string) {
    super("The storage of this user is full.");
    this.name = "StorageFull";
    const { kind, limit } = JSON.parse(detail) as { kind: string; limit: number };
    this.kind = kind;
    this.limit = limit;
  }
}

/** Why the database refused what a user asked for, where that is the user's own state; undefined of any other error. */
export function refusalOf(error: unknown): OwnerGone | StorageFull | undefined {
  if (isOwnerGone(error)) return new OwnerGone();
  const { code, detail } = coded(error) ?? {};
  return code === "PY004" && typeof detail === "string" ? new StorageFull(detail) : undefined;
}

const connectionCodes = new Set([
  "CONNECTION_CLOSED",
  "CONNECTION_DESTROYED",
  "CONNECTION_ENDED",
  "CONNECT_TIMEOUT",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOENT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EPIPE",
  "ETIMEDOUT",
]);

/** The error that has a code, or the one that caused it: Drizzle wraps the driver's. */
function coded(
  error: unknown,
): { code: string; constraint_name?: unknown; detail?: unknown; routine?: unknown } | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ("code" in at && typeof at.code === "string") return at as { code: string } & Error;
  }
  return undefined;
}

function codeOf(error: unknown): string | undefined {
  return coded(error)?.code;
}

/** Says whether the foreign key from a row to its owner was broken. */
function isOwnerGone(error: unknown): boolean {
  const { code, constraint_name: constraint } = coded(error) ?? {};
  return code === "23503" && typeof constraint === "string" && constraint.endsWith("_owner_id_users_id_fk");
}

// Postgres: the password, or the user. PgBouncer says the third of a password.
const refusalCodes = new Set(["28P01", "28000", "08P01"]);

/** Says whether the server refused who connected: nothing has been done there. */
export function isRefusedUser(error: unknown): boolean {
  const code = codeOf(error);
  return code !== undefined && refusalCodes.has(code);
}

/**
 * Says whether the server undid the transaction for the sake of another one: a serialisation failure, or a deadlock. Or
 * because another that had changed the same row was just being undone: Postgres then finds two changes of one row where
 * there is one, and calls it an internal error.
 */
export function isRolledBack(error: unknown): boolean {
  const { code, routine } = coded(error) ?? {};
  return (
    code === "40001" || code === "40P01" || (code === "XX000" && routine === "MultiXactIdCreateFromMembers")
  );
}

/** Says whether a function was not there: `migrate` may have replaced it while the statement was planned. */
export function lacksFunction(error: unknown): boolean {
  return codeOf(error) === "42883";
}

/** What the server rolled back, and what waited for another's lock as long as it may. */
export function isContended(error: unknown): boolean {
  return isRolledBack(error) || codeOf(error) === "55P03";
}

/** Says whether the connection, not the statement, has failed. */
export function isConnectionFailure(error: unknown): boolean {
  if (error instanceof DatabaseUnavailable) return true;
  const code = codeOf(error);
  return code !== undefined && connectionCodes.has(code);
}

// Of Postgres: the connection, a rollback or deadlock, a lack of resources, a lock, the operator, the disk; and what a
// server that has become a standby says to a write.
const transientAnswers = /^(08|40|53|55P03|57|58|25006)/;

// The driver does not send these.
const unsendable = /^(UNDEFINED_VALUE|MAX_PARAMETERS_EXCEEDED|ERR_INVALID_\w+|ERR_OUT_OF_RANGE)$/;

/**
 * Says whether what a statement failed with may not be the database's refusal of it: the same statement may work later.
 * What the driver rejects with holds the statement; where it is no answer of the server, the connection is gone.
 */
export function isLostStatement(error: unknown): boolean {
  if (isConnectionFailure(error)) return true;
  const code = codeOf(error) ?? "";
  if (error instanceof Error && error.name === "PostgresError")
    return transientAnswers.test(code) || isRolledBack(error);
  return error instanceof Error && "query" in error && !unsendable.test(code);
}
