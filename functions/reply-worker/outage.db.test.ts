import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "@parley/data/database";
import { DatabaseUnavailable } from "@parley/data/database-errors";
import { getReply } from "@parley/data/replies";
import { openScene, type Person, replyOf, type Scene, unexplained } from "@parley/data/testing/scene.fixture";
import type { ReplyJob } from "@parley/jobs/reply-job";
import type { SQSRecord } from "aws-lambda";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { giveBack, runBatch } from "./run-batch.ts";
import { says, type Turn, workerOf } from "./worker.fixture.ts";

let scene: Scene;
let ada: Person;
let eve: Person;
beforeAll(async () => {
  scene = await openScene();
});
beforeEach(async () => {
  [ada, eve] = [await scene.person(), await scene.person()];
});
afterAll(async () => {
  expect(await scene.rows(unexplained)).toEqual([]);
  await scene.close();
});

/** The database, as long as it is not told to be away. */
function breakable(): Database & { isAway: boolean } {
  const database = {
    ...scene.database,
    isAway: false,
    async run<T>(work: Parameters<Database["run"]>[0]): Promise<T> {
      if (database.isAway) throw new DatabaseUnavailable("CONNECTION_CLOSED");
      return scene.database.run(work) as Promise<T>;
    },
  };
  return database;
}

function watched(database: Database, turns: readonly Turn[] = []) {
  const { worker, requests } = workerOf(database, turns);
  const checks: { replyId: string; seconds: number }[] = [];
  const returned: { receipts: string[]; seconds: number }[] = [];
  worker.queue.enqueueCheck = async ({ replyId }, seconds) => void checks.push({ replyId, seconds });
  worker.queue.returnIn = async (receipts, seconds) =>
    void returned.push({ receipts: [...receipts], seconds });
  return { worker, requests, checks, returned };
}

function record(ownerId: string, replyId: string, kind: ReplyJob["kind"], receives = 1): SQSRecord {
  return {
    messageId: kind,
    receiptHandle: `receipt of ${kind}`,
    body: JSON.stringify({ kind, ownerId, replyId, requestId: "r" }),
    attributes: { ApproximateReceiveCount: String(receives) },
  } as SQSRecord;
}

test("a check that finds no database starts anew, however often it was received", async () => {
  const { id } = replyOf(await ada.send({ content: "Hello?" }));
  const database = breakable();
  database.isAway = true;
  const { worker, checks, returned } = watched(database);
  const answer = await runBatch(worker, [record(ada.id, id, "check", 5)], () => 60_000);
  expect([answer.batchItemFailures, returned]).toEqual([[], []]);
  expect(checks).toEqual([{ replyId: id, seconds: 45 }]);
});

test("a job that finds no database, and a check that cannot start anew either, come back soon", async () => {
  const { id } = replyOf(await ada.send({ content: "Hello?" }));
  const other = replyOf(await eve.send({ content: "Hello?" }));
  const database = breakable();
  database.isAway = true;
  const { worker, returned } = watched(database);
  worker.queue.enqueueCheck = async () => {
    throw new Error("the queue is down");
  };
  const batch = [record(ada.id, id, "run"), record(eve.id, other.id, "check", 2)];
  const { batchItemFailures } = await runBatch(worker, batch, () => 60_000);
  expect(batchItemFailures).toHaveLength(2);
  expect(returned).toEqual([
    { receipts: ["receipt of run"], seconds: 5 },
    { receipts: ["receipt of check"], seconds: 15 },
  ]);
});

test("a job whose database stays away for longer than the lease comes again, and the reply completes", async () => {
  const { id } = replyOf(await ada.send({ content: "Hello?" }));
  const database = breakable();
  const loses: Turn = async function* () {
    yield { type: "delta", text: "Hel" };
    database.isAway = true;
    await sleep(2_500);
    yield { type: "delta", text: "lo" };
  };
  const { worker, returned } = watched(database, [loses, says("Hello.")]);
  const short = { ...worker, leaseSeconds: 1, holdSeconds: 2 };
  const first = await runBatch(short, [record(ada.id, id, "run")], () => 60_000);
  expect(first.batchItemFailures).toEqual([{ itemIdentifier: "run" }]);
  expect(returned.at(-1)).toEqual({ receipts: ["receipt of run"], seconds: 5 });
  database.isAway = false;
  const second = await runBatch(short, [record(ada.id, id, "run", 2)], () => 60_000);
  expect(second.batchItemFailures).toEqual([]);
  expect(await getReply(scene.database, ada.id, id)).toMatchObject({ status: "completed", attempt: 2 });
  expect(await getReply(scene.database, eve.id, id)).toBeUndefined();
});

test("a batch that cannot be begun comes back as one that failed", async () => {
  const { worker, returned } = watched(scene.database);
  await giveBack(worker.queue, [record(ada.id, "any", "run"), record(eve.id, "other", "check", 3)]);
  expect(returned).toEqual([
    { receipts: ["receipt of run"], seconds: 5 },
    { receipts: ["receipt of check"], seconds: 45 },
  ]);
});

test("job and check of a reply that come together are held before anything else is done", async () => {
  const { id } = replyOf(await ada.send({ content: "Hello?" }));
  const { worker, returned } = watched(scene.database, [says("Hello.")]);
  await runBatch(worker, [record(ada.id, id, "run"), record(ada.id, id, "check")], () => 60_000);
  expect(returned).toEqual([{ receipts: ["receipt of run", "receipt of check"], seconds: 60 }]);
});

const finish = (inputTokens: number) =>
  ({
    type: "finish",
    reason: "stop",
    usage: { inputTokens, cachedInputTokens: 0, outputTokens: 1, reasoningTokens: 0 },
  }) as const;
const beyondIntegers = 3_000_000_000;

test.each([
  { what: "counts are no integers", text: "Hello.", end: finish(beyondIntegers), kept: "Hello." },
  { what: "text cannot be stored", text: "Hel\0lo.", end: finish(1), kept: "" },
])(
  "an ending that the database refuses because $what ends the reply at once",
  async ({ text, end, kept }) => {
    const { id } = replyOf(await ada.send({ content: "Hello?" }));
    const ends: Turn = async function* () {
      yield { type: "delta", text };
      yield end;
    };
    const { worker, requests, returned } = watched(scene.database, [ends, says("Hello again.")]);
    const { batchItemFailures } = await runBatch(worker, [record(ada.id, id, "run")], () => 60_000);
    expect([batchItemFailures, returned]).toEqual([[], []]);
    expect(await getReply(scene.database, ada.id, id)).toMatchObject({
      status: "failed",
      errorCode: "internal",
      partialText: kept,
      tokensCharged: 0,
    });
    expect(await getReply(scene.database, eve.id, id)).toBeUndefined();
    expect(requests).toHaveLength(1);
    const next = replyOf(await ada.send({ content: "And now?" }));
    await runBatch(worker, [record(ada.id, next.id, "run")], () => 60_000);
    expect(await getReply(scene.database, ada.id, next.id)).toMatchObject({ status: "completed" });
    expect(requests).toHaveLength(2);
  },
);
