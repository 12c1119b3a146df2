/** The database cannot be reached now; the statement may or may not have taken effect. */
export class DatabaseUnavailable extends Error {
  readonly code: string;

  constructor(source: unknown) {
    super("The database cannot be reached.");
    this.name = "DatabaseUnavailable";
    this.code = typeof source === "string" ? source : (codeOf(source) ?? "UNKNOWN");
  }
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
  // Postgres: shutting down, crashed, starting, no slots left.
  "57P01",
  "57P02",
  "57P03",
  "53300",
]);

/** The code of an error or of what caused it: Drizzle wraps the driver's. */
function codeOf(error: unknown): string | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ("code" in at && typeof at.code === "string") return at.code;
  }
  return undefined;
}

/** Says whether the connection, not the statement, has failed. */
export function isConnectionFailure(error: unknown): boolean {
  if (error instanceof DatabaseUnavailable) return true;
  const code = codeOf(error);
  return code !== undefined && (connectionCodes.has(code) || code.startsWith("08"));
}
