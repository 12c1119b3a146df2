import { type Attempt, type Ending, type Finished, finishReply } from "@parley/data/reply-jobs";
import { traced } from "@parley/runtime/tracer";
import { whileLeased } from "./while-leased.ts";
import type { Worker } from "./worker.ts";

/**
 * Stores how an attempt ended. Storing it twice has the effect of once.
 * @throws DatabaseUnavailable when the database stayed away for as long as the lease
 */
export async function persistEnding(worker: Worker, attempt: Attempt, ending: Ending): Promise<Finished> {
  return whileLeased(worker.leaseSeconds, () =>
    traced("database finish", () => finishReply(worker.database, attempt, ending)),
  );
}
