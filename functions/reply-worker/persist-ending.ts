import { isConnectionFailure } from "@parley/data/database-errors";
import { type Attempt, type Ending, type Finished, finishReply } from "@parley/data/reply-jobs";
import { traced } from "@parley/runtime/tracer";
import type { Worker } from "./worker.ts";

const pauseMillis = 500;

/**
 * Stores how an attempt ended. A database that cannot be reached is asked again while the lease lasts: the answer
 * is paid for, and storing it twice has the effect of once.
 * @throws DatabaseUnavailable when it stayed away
 */
export async function persistEnding(worker: Worker, attempt: Attempt, ending: Ending): Promise<Finished> {
  const until = Date.now() + worker.leaseSeconds * 1000;
  for (;;) {
    try {
      return await traced("database finish", () => finishReply(worker.database, attempt, ending));
    } catch (error) {
      if (!isConnectionFailure(error) || Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauseMillis));
    }
  }
}
