import type { Parts } from "@parley/application/parts";
import { renderReply, replyEtag } from "@parley/contract/render/reply";
import type { Reply } from "@parley/contract/schemas/reply";
import { getReply, needsRepair, repairReply } from "@parley/data/replies";

export interface ReadingParts extends Parts {
  /** How long a queued reply may wait before its job counts as lost. */
  patienceSeconds: number;
}

/** A reply as the API shows it, and the version of that. */
export interface Seen {
  reply: Reply;
  etag: string;
}

/**
 * A reply of this owner, or undefined: while it runs from the cache where it is, otherwise from the database. One
 * whose job or worker seems to be lost gets a new job.
 */
export async function readReply(
  { database, cache, queue, patienceSeconds }: ReadingParts,
  ownerId: string,
  replyId: string,
  requestId: string,
): Promise<Seen | undefined> {
  const cached = await cache.readReply<Reply>(ownerId, replyId);
  if (cached !== undefined) {
    const { reply, attempt, sequence } = cached;
    return { reply, etag: replyEtag({ attempt, sequence, status: reply.status, answerVersion: null }) };
  }
  const row = await getReply(database, ownerId, replyId);
  if (row === undefined) return undefined;
  if (needsRepair(row, patienceSeconds)) {
    const staleReplyId = await repairReply(database, ownerId, replyId, patienceSeconds);
    if (staleReplyId !== undefined) await queue.enqueueReply({ ownerId, replyId: staleReplyId, requestId });
  }
  return { reply: renderReply(row), etag: replyEtag(row) };
}
