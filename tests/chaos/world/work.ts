import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "@parley/data/database";
import { failRecord } from "../../../functions/dead-letter/fail-record.ts";
import { readReply } from "../../../functions/replies/read-reply.ts";
import { sweep } from "../../../functions/reply-sweeper/sweep.ts";
import { runBatch } from "../../../functions/reply-worker/run-batch.ts";
import type { Mortal } from "./mortal.ts";
import type { Corner } from "./world.ts";

const restMillis = 25_000;
const workerMillis = 30_000;
const minReceives = 5;

/** Hands what is visible in the queue to one worker environment, as an event source does. */
export async function workOnce(
  corner: Corner,
  environment: Mortal,
  options: { refills?: boolean } = {},
): Promise<void> {
  const records = corner.queue.take();
  const dead = records.filter(({ attributes }) => Number(attributes.ApproximateReceiveCount) > minReceives);
  for (const record of dead) {
    await failRecord(environment, record);
    corner.queue.delete(record.messageId);
  }
  const alive = records.filter((record) => !dead.includes(record));
  if (alive.length === 0) return;
  const worker = corner.worker(environment, options);
  const answer = await environment.live(() => runBatch(worker, alive, () => workerMillis));
  if (answer === undefined) return;
  const failed = new Set(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  for (const { messageId } of alive) if (!failed.has(messageId)) corner.queue.delete(messageId);
}

/** One run of the sweeper. */
export async function sweepOnce(environment: Mortal): Promise<void> {
  await environment.live(() => sweep({ ...environment, retentionDays: 0 }, "chaos"));
}

async function unfinished(database: Database, ownerId: string): Promise<{ id: string }[]> {
  const rows = await database.run(async ({ orm }) =>
    orm.execute(`select id from replies where owner_id = '${ownerId}' and finished_at is null`),
  );
  return rows.map(({ id }) => ({ id: String(id) }));
}

/** Polls as the user's clients do, who want to know what became of their replies. */
async function pollUnfinished({ world, ownerId, healthy, asking }: Corner): Promise<void> {
  const dependencies = { ...asking(healthy), patienceSeconds: 0.3 };
  for (const { id } of await unfinished(world.database, ownerId))
    await readReply(dependencies, ownerId, id, "poll");
}

/**
 * Lets a healthy environment work until every reply of the corner has ended. Nobody sweeps, and nobody polls unless
 * told so: jobs and checks must do.
 */
export async function rest(corner: Corner, { polls = false, millis = restMillis } = {}): Promise<void> {
  const until = Date.now() + millis;
  const running = new Set<Promise<void>>();
  while (Date.now() < until) {
    const work = workOnce(corner, corner.healthy).catch(() => {});
    running.add(work);
    void work.finally(() => running.delete(work));
    await sleep(60);
    if (polls) await pollUnfinished(corner);
    const left = await unfinished(corner.world.database, corner.ownerId);
    if (left.length === 0 && running.size === 0) return;
  }
}
