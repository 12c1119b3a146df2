import type { Dependencies } from "@parley/composition/dependencies";
import { renderReply, replyEtag } from "@parley/contract/render/reply";
import { isTerminal, type Reply } from "@parley/contract/schemas/reply";
import { getReply, needsRepair, type ReplyRow, repairReply } from "@parley/data/replies";
import { timeOutReply } from "@parley/data/reply-jobs";
import { announceEnding } from "@parley/jobs/announce-ending";

export interface ReadingDependencies extends Dependencies {
  /** How long a queued reply may wait before its job counts as lost. */
  patienceSeconds: number;
}

/** A reply as the API shows it, and the version of that. */
export interface Seen {
  reply: Reply;
  etag: string;
}

/** Sends a lost job again; where no worker came within the deadline either, the reply ends. */
async function repair(
  dependencies: ReadingDependencies,
  row: ReplyRow,
  requestId: string,
): Promise<ReplyRow | undefined> {
  const { database, queue, patienceSeconds } = dependencies;
  const { ownerId, id } = row;
  if (row.deadlineAt < new Date()) {
    const ended = await timeOutReply(database, ownerId, id);
    if (ended !== undefined) await announceEnding(dependencies, requestId, ended);
    return getReply(database, ownerId, id);
  }
  const staleReplyId = await repairReply(database, ownerId, id, patienceSeconds);
  if (staleReplyId !== undefined) await queue.enqueueReply({ ownerId, replyId: staleReplyId, requestId });
  return row;
}

/** Whether it has been saved while it runs: each claim and each save adds one to its sequence. */
function mayBeCached({ status, attempt, sequence }: ReplyRow): boolean {
  return !isTerminal(status) && sequence > attempt;
}

/**
 * A reply of this owner, or undefined: from the cache where somebody has seen it run and it is there, otherwise from
 * the database. One whose job or worker seems to be lost gets a new job, or its end.
 * @param hasSeenItRun the caller has, by what it sent
 */
export async function readReply(
  dependencies: ReadingDependencies,
  ownerId: string,
  replyId: string,
  requestId: string,
  hasSeenItRun = false,
): Promise<Seen | undefined> {
  const { database, cache, patienceSeconds } = dependencies;
  const cached = await cache.readReply<Reply>(ownerId, replyId, hasSeenItRun);
  if (cached !== undefined) {
    const { reply, attempt, sequence } = cached;
    return { reply, etag: replyEtag({ attempt, sequence, status: reply.status, answerVersion: null }) };
  }
  const stored = await getReply(database, ownerId, replyId);
  const isStuck = stored !== undefined && needsRepair(stored, patienceSeconds);
  const row = isStuck ? await repair(dependencies, stored, requestId) : stored;
  if (row === undefined) return undefined;
  if (mayBeCached(row)) cache.replyRuns(ownerId, replyId);
  return { reply: renderReply(row), etag: replyEtag(row) };
}
