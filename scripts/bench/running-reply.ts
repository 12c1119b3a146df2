import { createCache } from "@parley/cache/create-cache";
import { renderReply } from "@parley/contract/render/reply";
import { openDatabase } from "@parley/data/database";
import { getReply } from "@parley/data/replies";
import { flushReply } from "@parley/data/reply-attempts";
import { claimReply } from "@parley/data/reply-jobs";

const leaseSeconds = 3_600;
// A running reply leaves the cache 5 s after it was saved.
const saveEveryMillis = 1_000;

export interface RunningReply {
  readonly url: string;
  readonly momentoEndpoint: string;
  readonly ownerId: string;
  readonly replyId: string;
}

/** Claims a reply and saves it again and again, as a worker does; answers what ends that. */
export async function keepRunning({ url, momentoEndpoint, ownerId, replyId }: RunningReply) {
  const database = openDatabase(url);
  const cache = createCache({ cacheName: "parley", endpoint: momentoEndpoint });
  cache.warm();
  await claimReply(database, ownerId, replyId, leaseSeconds);
  const save = async () => {
    const asOf = Date.now();
    const row = await getReply(database, ownerId, replyId);
    if (row === undefined) throw new Error(`There is no reply ${replyId}.`);
    const { attempt } = row;
    const progress = { saved: 0, delta: "The text so far.", inputTokens: 1, outputTokens: 1, noteIds: [] };
    const flushed = await flushReply(database, { ownerId, replyId, attempt }, progress, leaseSeconds);
    if (flushed === undefined) throw new Error(`The reply ${replyId} does not run.`);
    const { sequence } = flushed;
    await cache.writeReply(ownerId, renderReply({ ...row, sequence }), { attempt, sequence, asOf });
  };
  await save();
  const timer = setInterval(save, saveEveryMillis);
  return async () => {
    clearInterval(timer);
    cache.close();
    await database.close();
  };
}
