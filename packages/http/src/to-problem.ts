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

interface StorageFull extends Error {
  kind: string;
  limit: number;
}

function isStorageFull(error: unknown): error is StorageFull {
  return error instanceof Error && error.name === "StorageFull";
}

function storageFull({ kind, limit }: StorageFull): Problem {
  const isOfAll = kind === "total";
  if (isOfAll) logger.warn("the storage of all users is full");
  const what = kind === "bytes" ? `${limit / 1_000_000} MB of texts` : `${limit} ${words[kind] ?? kind}`;
  return problem("quota-exceeded", {
    detail: isOfAll
      ? "This deployment is full: its owner has to make room."
      : `You have as much as you may have, ${what}: delete some first.`,
    extra: { kind, limit },
  });
}

const words: Readonly<Record<string, string>> = { systemPrompts: "system prompts", apiKeys: "API keys" };

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
  if (isStorageFull(error)) return storageFull(error);
  if (isConnectionError?.(error) === true) {
    logger.warn("database unreachable", { error: { ...describeError(error) } });
    return problem("unavailable");
  }
  logger.error("request failed", { error: { ...describeFault(error) } });
  return problem("internal");
}
