import { describeError } from "@parley/runtime/describe-error";
import { describeFault } from "@parley/runtime/describe-fault";
import { logger } from "@parley/runtime/logger";
import { Problem, problem } from "./problem.ts";

/** The Middy package an error comes from; it marks its own with it. */
function middyPackage(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const cause = error.cause;
  if (typeof cause !== "object" || cause === null || !("package" in cause)) return undefined;
  return typeof cause.package === "string" ? cause.package : undefined;
}

/**
 * What the client gets to see of whatever was thrown. Logs what is our fault: where it was thrown, without its message.
 * @param isConnectionError tells a database that cannot be reached from every other failure.
 */
export function toProblem(error: unknown, isConnectionError?: (error: unknown) => boolean): Problem {
  if (error instanceof Problem) return error;
  if (middyPackage(error) === "@middy/core") {
    logger.error("request ran out of time");
    return problem("unavailable", { detail: "The request took too long." });
  }
  // The account was deleted while this environment still knew its caller.
  if (error instanceof Error && error.name === "OwnerGone") return problem("unauthenticated");
  if (isConnectionError?.(error) === true) {
    logger.warn("database unreachable", { error: { ...describeError(error) } });
    return problem("unavailable");
  }
  logger.error("request failed", { error: { ...describeFault(error) } });
  return problem("internal");
}
