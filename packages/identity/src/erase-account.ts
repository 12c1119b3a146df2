import type { Cache } from "@parley/cache/create-cache";
import {
  beginAccountDeletion,
  cancelSomeReplies,
  type DeletionRequest,
  finishAccountDeletion,
} from "@parley/data/account-deletion";
import { type ErasedCounts, eraseRows } from "@parley/data/account-erasure";
import type { Database } from "@parley/data/database";
import { erasedTables } from "@parley/data/owned-tables";
import { missProblem } from "@parley/http/matched-version";
import type { Realtime } from "@parley/realtime/create-realtime";

/** Rows that one statement erases: a second or two of a small database's time. */
const batchRows = 1_000;
/** Conversations that the cache is told of at once. */
const cacheBatch = 50;

export interface ErasingDependencies {
  database: Database;
  cache: Pick<Cache, "conversationChanged" | "dropReply" | "forgetConversation">;
  realtime: Pick<Realtime, "disconnect">;
  /** @throws Problem when Cognito cannot do it now */
  deleteSignIn: (username: string) => Promise<void>;
}

export interface Erased {
  /** False: time ran out. */
  isComplete: boolean;
  counts: ErasedCounts;
}

/** Cancels every reply that is unfinished; their workers find out at their next save. */
async function cancelEveryReply({ database, cache }: ErasingDependencies, ownerId: string): Promise<void> {
  for (;;) {
    const cancelled = await cancelSomeReplies(database, ownerId);
    if (cancelled.length === 0) return;
    await Promise.all(
      cancelled.flatMap(({ id, conversationId }) => [
        cache.dropReply(ownerId, id),
        cache.conversationChanged(ownerId, conversationId),
      ]),
    );
  }
}

async function forgetAll(
  { cache }: ErasingDependencies,
  ownerId: string,
  ids: readonly string[],
): Promise<void> {
  for (let start = 0; start < ids.length; start += cacheBatch) {
    const some = ids.slice(start, start + cacheBatch);
    await Promise.all(some.map((id) => cache.forgetConversation(ownerId, id)));
  }
}

/** Erases what belongs to a user, batch by batch; may be repeated and raced. */
async function eraseEverything(
  dependencies: ErasingDependencies,
  ownerId: string,
  before: ErasedCounts,
  hasTime: () => boolean,
): Promise<Erased> {
  let counts = before;
  for (const table of erasedTables) {
    for (let isMore = true; isMore; ) {
      if (!hasTime()) return { isComplete: false, counts };
      const batch = await eraseRows(dependencies.database, ownerId, table, batchRows);
      // Another request has brought it to its end.
      if (batch === undefined) return { isComplete: true, counts };
      await forgetAll(dependencies, ownerId, batch.ids);
      counts = batch.erased;
      isMore = batch.count > 0;
    }
  }
  return { isComplete: true, counts };
}

/**
 * Erases an account for as long as there is time. Each step leaves what a repetition can go on from, a request of its
 * owner's or the sweeper: the mark on the user's row comes first and the row itself goes last, after the sign-in, for
 * without a token nobody could repeat it.
 * @returns undefined when there is no such user any more
 * @throws DatabaseUnavailable; Problem 412 when it is not the version expected, another when Cognito cannot do it now
 */
export async function eraseAccount(
  dependencies: ErasingDependencies,
  request: DeletionRequest,
  hasTime: () => boolean,
): Promise<Erased | undefined> {
  const { ownerId, username } = request;
  const begun = await beginAccountDeletion(dependencies.database, request);
  if (begun.outcome !== "begun") {
    if (begun.outcome === "stale") throw missProblem("stale");
    return undefined;
  }
  await cancelEveryReply(dependencies, ownerId);
  await dependencies.realtime.disconnect(begun.connectionIds);
  const { isComplete, counts } = await eraseEverything(dependencies, ownerId, begun.erased, hasTime);
  if (!isComplete) return { isComplete, counts };
  await dependencies.deleteSignIn(username);
  return { isComplete, counts: (await finishAccountDeletion(dependencies.database, ownerId)) ?? counts };
}
