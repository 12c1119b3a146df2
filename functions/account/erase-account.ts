import type { Cache } from "@parley/cache/create-cache";
import { cancelSomeReplies, type ErasedCounts, eraseRows } from "@parley/data/account-deletion";
import type { Database } from "@parley/data/database";
import { erasedTables } from "@parley/data/owned-tables";

/** Rows that one statement erases: a second or two of a small database's time. */
const batchRows = 1_000;
/** Conversations that the cache is told of at once. */
const cacheBatch = 50;

export interface ErasingParts {
  database: Database;
  cache: Pick<Cache, "conversationChanged" | "dropReply" | "forgetConversation">;
}

export interface Erased {
  /** False: time ran out. */
  isComplete: boolean;
  counts: ErasedCounts;
}

/** Cancels every reply that is unfinished; their workers find out at their next save. */
export async function cancelEveryReply({ database, cache }: ErasingParts, ownerId: string): Promise<void> {
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

async function forgetAll({ cache }: ErasingParts, ownerId: string, ids: readonly string[]): Promise<void> {
  for (let start = 0; start < ids.length; start += cacheBatch) {
    const some = ids.slice(start, start + cacheBatch);
    await Promise.all(some.map((id) => cache.forgetConversation(ownerId, id)));
  }
}

/** Erases what belongs to a user, batch by batch; may be repeated and raced. */
export async function eraseEverything(
  parts: ErasingParts,
  ownerId: string,
  before: ErasedCounts,
  hasTime: () => boolean,
): Promise<Erased> {
  let counts = before;
  for (const table of erasedTables) {
    for (let isMore = true; isMore; ) {
      if (!hasTime()) return { isComplete: false, counts };
      const batch = await eraseRows(parts.database, ownerId, table, batchRows);
      // Another request has brought it to its end.
      if (batch === undefined) return { isComplete: true, counts };
      await forgetAll(parts, ownerId, batch.ids);
      counts = batch.erased;
      isMore = batch.count > 0;
    }
  }
  return { isComplete: true, counts };
}
