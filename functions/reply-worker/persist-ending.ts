import { isConnectionFailure } from "@parley/data/database-errors";
import type { Attempt } from "@parley/data/reply-attempts";
import { type Ending, type Finished, finishReply } from "@parley/data/reply-jobs";
import { describeFault } from "@parley/runtime/describe-fault";
import { logger } from "@parley/runtime/logger";
import { databaseSpan } from "@parley/runtime/span-kinds";
import { traced } from "@parley/runtime/tracer";
import { whileLeased } from "./while-leased.ts";
import type { Worker } from "./worker.ts";

/** How a reply ends through a fault of our own. */
export const internalFailure = {
  status: "failed",
  errorCode: "internal",
  errorMessage: "The reply could not be generated.",
} as const;

/** The ending, and then what is left of it where the database refuses it for what it is. */
function endingsOf(ending: Ending): Ending[] {
  if (ending.status === "failed") return [ending, internalFailure];
  return [ending, { ...internalFailure, partialText: ending.content }, internalFailure];
}

/**
 * Stores how an attempt ended. Storing it twice has the effect of once. An ending that the database refuses becomes a
 * failure that keeps the text: the model would be paid for another answer that may be refused as well.
 * @throws DatabaseUnavailable when the database stayed away for as long as the lease
 */
export async function persistEnding(worker: Worker, attempt: Attempt, ending: Ending): Promise<Finished> {
  let refusal: unknown;
  for (const each of endingsOf(ending)) {
    try {
      return await whileLeased(worker.leaseSeconds, () =>
        traced("database finish", () => finishReply(worker.database, attempt, each), databaseSpan),
      );
    } catch (error) {
      if (isConnectionFailure(error)) throw error;
      logger.error("ending refused", { replyId: attempt.replyId, error: describeFault(error) });
      refusal = error;
    }
  }
  throw refusal;
}
