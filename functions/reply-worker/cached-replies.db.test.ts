import { setTimeout as sleep } from "node:timers/promises";
import { flushReply } from "@parley/data/reply-attempts";
import { claimReply } from "@parley/data/reply-jobs";
import { openScene, type Person, replyOf, type Scene, unexplained } from "@parley/data/testing/scene.fixture";
import { afterAll, beforeAll, expect, test } from "vitest";
import { answered, says, type Turn, workerOf } from "./worker.fixture.ts";

let scene: Scene;
let ada: Person;

beforeAll(async () => {
  scene = await openScene();
  ada = await scene.person(1_000_000);
  // Another one's reply, which nothing here may touch.
  await (await scene.person(1_000_000)).send({ content: "Mine" });
});
afterAll(async () => {
  expect(await scene.rows(unexplained)).toEqual([]);
  await scene.close();
});

/** The worker, and what it tells the cache of replies. */
function watchedWorker(turn: Turn) {
  const told: string[] = [];
  const { worker } = workerOf(scene.database, [turn]);
  const cache = {
    ...worker.cache,
    writeReply: async (ownerId: string, { id }: { id: string }) => void told.push(`save ${ownerId} ${id}`),
    dropReply: async (ownerId: string, id: string) => void told.push(`drop ${ownerId} ${id}`),
  };
  return { worker: { ...worker, cache }, told };
}

const saysSlowly: Turn = async function* () {
  yield { type: "delta", text: "Once " };
  await sleep(150);
  yield { type: "delta", text: "upon a time" };
  yield {
    type: "finish",
    reason: "stop",
    usage: { inputTokens: 10, cachedInputTokens: 0, outputTokens: 5, reasoningTokens: 0 },
  };
};

test("the cache hears nothing of a reply that ends before it is saved", async () => {
  const { id } = replyOf(await ada.send({ content: "Quick" }));
  const { worker, told } = watchedWorker(says("Done."));
  expect(await answered(worker, ada.id, id)).toMatchObject({ status: "completed", sequence: 2 });
  expect(told).toEqual([]);
});

test("one that was saved is dropped when it ends", async () => {
  const { id } = replyOf(await ada.send({ content: "Slow" }));
  const { worker, told } = watchedWorker(saysSlowly);
  expect(await answered(worker, ada.id, id)).toMatchObject({ answer: "Once upon a time" });
  expect(told).toEqual([`save ${ada.id} ${id}`, `drop ${ada.id} ${id}`]);
});

test("so is one that another worker saved", async () => {
  const { id } = replyOf(await ada.send({ content: "Taken over" }));
  const fence = { ownerId: ada.id, replyId: id, attempt: 1 };
  await claimReply(scene.database, ada.id, id, 30);
  const progress = { saved: 0, delta: "On", inputTokens: 1, outputTokens: 1, noteIds: [] };
  await flushReply(scene.database, fence, progress, 0);
  await sleep(20);
  const { worker, told } = watchedWorker(says("Done."));
  expect(await answered(worker, ada.id, id)).toMatchObject({ status: "completed", attempt: 2 });
  expect(told).toEqual([`drop ${ada.id} ${id}`]);
});
