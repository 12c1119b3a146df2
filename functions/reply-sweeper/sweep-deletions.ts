import { findLeavingAccounts } from "@parley/data/account-deletion";
import { type ErasingDependencies, eraseAccount } from "@parley/identity/erase-account";
import { describeError } from "@parley/runtime/describe-error";
import { logger } from "@parley/runtime/logger";

/** Longer than a request for the deletion may take, and than its client waits before it repeats it. */
const idleSeconds = 300;
const maxAccounts = 100;

export interface SweptDeletions {
  finishedDeletions: number;
  unfinishedDeletions: number;
}

/**
 * Finishes deletions of accounts that were broken off and that nobody repeated; what there is no time for waits for the
 * next sweep. Safe to run twice at once, and beside their owners' requests.
 * @throws DatabaseUnavailable when it cannot be asked for them
 */
export async function sweepDeletions(
  dependencies: ErasingDependencies,
  hasTime: () => boolean,
): Promise<SweptDeletions> {
  const swept: SweptDeletions = { finishedDeletions: 0, unfinishedDeletions: 0 };
  for (const account of await findLeavingAccounts(dependencies.database, idleSeconds, maxAccounts)) {
    try {
      const done = hasTime() ? await eraseAccount(dependencies, account, hasTime) : { isComplete: false };
      if (done === undefined || done.isComplete) swept.finishedDeletions++;
      else swept.unfinishedDeletions++;
    } catch (error) {
      // One whose sign-in Cognito keeps must not hold up the others.
      swept.unfinishedDeletions++;
      logger.warn("deletion not finished", { userId: account.ownerId, error: describeError(error) });
    }
  }
  return swept;
}
