import { followReply, openConnection } from "@parley/data/connections";
import { newId } from "@parley/data/ids";
import { cancelReply, getReply } from "@parley/data/replies";
import { flushReply } from "@parley/data/reply-attempts";
import { claimReply } from "@parley/data/reply-jobs";
import { searchMessages } from "@parley/data/search";
import { openScene, replyOf, type Scene, unexplained } from "@parley/data/testing/scene.fixture";
import { readUsage } from "@parley/data/usage";
import { replay } from "@parley/llm/fixtures/replay";
import { availableModels } from "@parley/llm/models";
import { createProviders } from "@parley/llm/providers";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { answered, says, searches, type Turn, workerOf } from "./worker.fixture.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(async () => {
  expect(await scene.rows(unexplained)).toEqual([]);
  await scene.close();
});

const usage = { inputTokens: 10, cachedInputTokens: 4, outputTokens: 9, reasoningTokens: 6 };

/** Thinks these pieces, then says the text. */
function thinks(thoughts: readonly string[], text: string): Turn {
  return async function* () {
    for (const thought of thoughts) yield { type: "reasoning", text: thought };
    if (text !== "") yield { type: "delta", text };
    yield { type: "finish", reason: "stop", usage };
  };
}

test("what a model thought is its owner's, apart from the answer, and in no later prompt", async () => {
  const [ada, eve] = [await scene.person(), await scene.person()];
  const { worker, requests } = workerOf(scene.database, [
    thinks(["A wombat, ", "perhaps."], "An animal."),
    says("Yes."),
  ]);
  const { id } = replyOf(await ada.send({ content: "What is it?" }));
  expect(await answered(worker, ada.id, id)).toMatchObject({
    answer: "An animal.",
    reasoning: "A wombat, perhaps.",
    ...usage,
  });
  expect(await getReply(scene.database, eve.id, id)).toBeUndefined();
  const next = replyOf(await ada.send({ content: "Sure?" }));
  await answered(worker, ada.id, next.id);
  expect(JSON.stringify(requests[1])).toContain("An animal.");
  expect(JSON.stringify(requests[1])).not.toContain("wombat");
  const found = await searchMessages(scene.database, ada.id, { q: "wombat", limit: 5, after: undefined });
  expect(found).toEqual([]);
});

test("cached and reasoning tokens are counted among what was used", async () => {
  const ada = await scene.person();
  const { worker } = workerOf(scene.database, [thinks(["Hm."], "One."), thinks(["Hm."], "Two.")]);
  for (const content of ["One?", "Two?"]) {
    await answered(worker, ada.id, replyOf(await ada.send({ content })).id);
  }
  const day = new Date().toISOString().slice(0, 10);
  const days = await readUsage(scene.database, { ownerId: ada.id, from: day, to: day, by: "day" });
  expect(days).toMatchObject([{ cachedTokens: 8, reasoningTokens: 12, inputTokens: 20, outputTokens: 18 }]);
});

test("what is thought before and after a search are paragraphs, and signed thoughts go back within the reply", async () => {
  const ada = await scene.person();
  const { worker } = workerOf(scene.database, [
    async function* (request) {
      yield { type: "reasoning", text: "I must look." };
      yield* searches(["tomatoes"])(request);
    },
    thinks(["Found it."], "On Mondays."),
  ]);
  const { id } = replyOf(await ada.send({ content: "When?" }));
  expect(await answered(worker, ada.id, id)).toMatchObject({
    answer: "On Mondays.",
    reasoning: "I must look.\n\nFound it.",
    attempt: 2,
  });
});

test("a failed attempt leaves nothing of what it thought to the next", async () => {
  vi.spyOn(Math, "random").mockReturnValue(0);
  const ada = await scene.person();
  const { worker } = workerOf(scene.database, [
    thinks(["Nothing comes to mind."], ""),
    thinks(["Now!"], "Yes."),
  ]);
  const { id } = replyOf(await ada.send({ content: "Well?" }));
  expect(await answered(worker, ada.id, id)).toMatchObject({ reasoning: "Now!", answer: "Yes." });
  vi.restoreAllMocks();
});

test("a reply that thinks without end is kept alive and bounded, and a cancel finds it thinking", async () => {
  const ada = await scene.person(1_000_000);
  const goOn = Promise.withResolvers<void>();
  const { worker } = workerOf(scene.database, [
    async function* () {
      for (let piece = 0; piece < 30; piece++) {
        yield { type: "reasoning", text: "🤔".repeat(2_500) };
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      await goOn.promise;
      yield { type: "finish", reason: "stop", usage };
    },
  ]);
  worker.leaseSeconds = 1;
  const price = { contextTokens: 100_000, maxOutputTokens: 64_000, priceInput: 1_000, priceOutput: 1_000 };
  const models = { "scripted/demo": price };
  const { id } = replyOf(await ada.send({ content: "Think!", model: "scripted/demo", models }));
  const running = answered(worker, ada.id, id);
  await vi.waitFor(
    async () => {
      const seen = await getReply(scene.database, ada.id, id);
      expect(seen).toMatchObject({ status: "in_progress", partialText: "", attempt: 1 });
      expect(seen?.reasoning).toHaveLength(100_000);
    },
    { timeout: 20_000, interval: 100 },
  );
  // Longer than the lease: its heartbeats go on although there is nothing more to save.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const cancelled = await cancelReply(scene.database, ada.id, id);
  goOn.resolve();
  expect(cancelled).toMatchObject({
    outcome: "cancelled",
    reply: { assistantMessageId: null, attempt: 1, reasoningTokens: expect.any(Number) },
  });
  const ended = await running;
  expect(ended.reasoning).toHaveLength(100_000);
  expect(ended.reasoning.isWellFormed()).toBe(true);
  // What it thought is paid for.
  expect(ended.outputTokens).toBe(ended.reasoningTokens);
  expect(ended.reasoningTokens).toBeGreaterThan(1_000);
});

test("a flush that is repeated doubles no thought, and a new claim forgets it", async () => {
  const ada = await scene.person();
  const { id } = replyOf(await ada.send({ content: "Think!" }));
  await claimReply(scene.database, ada.id, id, 0.001);
  const attempt = { ownerId: ada.id, replyId: id, attempt: 1 };
  const counts = { inputTokens: 1, outputTokens: 1, noteIds: [], saved: 0, delta: "" };
  const flush = (reasoningSaved: number, reasoningDelta: string) =>
    flushReply(scene.database, attempt, { ...counts, reasoningSaved, reasoningDelta }, 0.001);
  await flush(0, "👋 one");
  await flush(0, "👋 one, two");
  await flush(10, ", three");
  expect(await getReply(scene.database, ada.id, id)).toMatchObject({ reasoning: "👋 one, two, three" });
  const [connectionId, hers] = [newId(), newId()];
  const eve = await scene.person();
  for (const [ownerId, connection] of [
    [ada.id, connectionId],
    [eve.id, hers],
  ] as const) {
    const opened = { ownerId, connectionId: connection, apiKeyHash: undefined, expiresAt: undefined };
    expect(await openConnection(scene.database, opened)).toMatchObject({ outcome: "opened" });
  }
  const follow = (reasoningAfter: number) =>
    followReply(scene.database, { connectionId, replyId: id, after: 0, reasoningAfter });
  expect(await follow(10)).toMatchObject({ text: "", reasoningOffset: 10, reasoning: ", three" });
  expect(await follow(99)).toMatchObject({ reasoningOffset: 0, reasoning: "👋 one, two, three" });
  const others = { connectionId: hers, replyId: id, after: 0, reasoningAfter: 0 };
  expect(await followReply(scene.database, others)).toEqual({ outcome: "not_found", ownerId: eve.id });
  await flush(17, "");
  expect(await getReply(scene.database, ada.id, id)).toMatchObject({ reasoning: "👋 one, two, three" });
  expect(await claimReply(scene.database, ada.id, id)).toMatchObject({ reply: { reasoning: "" } });
});

test("Anthropic's thinking is kept through its SDK", async () => {
  const ada = await scene.person();
  const keys = { anthropicApiKey: "sk-key" };
  const model = "anthropic/claude-sonnet-5-5";
  const models = { [model]: { contextTokens: 100_000, maxOutputTokens: 1_000, priceFlat: 1 } };
  const { id } = replyOf(await ada.send({ content: "2 + 2?", model, models }));
  const worker = {
    ...workerOf(scene.database, []).worker,
    providers: createProviders({ ...keys, fetch: replay("anthropic/thinking").fetch }),
    models: availableModels({ ...keys, includeScripted: false }),
  };
  expect(await answered(worker, ada.id, id)).toMatchObject({
    answer: "It is 4.",
    reasoning: "Two and two. Grüße: four.",
    inputTokens: 2_072,
    cachedInputTokens: 2_048,
    outputTokens: 40,
    reasoningTokens: 22,
  });
});
