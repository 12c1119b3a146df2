import { openScene, replyOf, type Scene, unexplained } from "@parley/data/testing/scene.fixture";
import { LlmError } from "@parley/llm/errors";
import { findModel } from "@parley/llm/models";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { answered, says, type Turn, workerOf } from "./worker.fixture.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
beforeEach(() => {
  // No wait between calls.
  vi.spyOn(Math, "random").mockReturnValue(0);
});
afterAll(async () => {
  vi.restoreAllMocks();
  expect(await scene.rows(unexplained)).toEqual([]);
  await scene.close();
});

// biome-ignore lint/correctness/useYield: it fails before it says anything.
const isAway: Turn = async function* () {
  throw new LlmError("provider_unavailable", "The provider is not available.", { retryable: true });
};
const fourTimes = [isAway, isAway, isAway, isAway];

const asked = { temperature: 0.5, stop: ["END"] };

async function run(turns: readonly Turn[], fallback?: string) {
  const [ada, eve] = [await scene.person(), await scene.person()];
  const hers = replyOf(await eve.send());
  const { id } = replyOf(await ada.send({ settings: asked }));
  const { worker, requests } = workerOf(scene.database, turns);
  const fallbackModel = fallback === undefined ? undefined : findModel(fallback, worker.models);
  const reply = await answered({ ...worker, fallbackModel }, ada.id, id);
  const [other] = await scene.rows(`select status from replies where id = '${hers.id}'`);
  expect(other).toEqual({ status: "queued" });
  return {
    reply,
    models: requests.map(({ model }) => model),
    settings: requests.map(({ settings }) => settings),
    limits: requests.map(({ maxOutputTokens }) => maxOutputTokens),
  };
}

test("a model that stays away four times gives way to the fallback, which is asked once", async () => {
  const { reply, models } = await run([...fourTimes, says("Hi from the other one.")], "scripted/demo");
  expect(models).toEqual(["echo", "echo", "echo", "echo", "demo"]);
  expect(reply).toMatchObject({
    status: "completed",
    model: "scripted/demo",
    answer: "Hi from the other one.",
    attempt: 5,
  });
});

test("the fallback is the one that an admin chose, within what the reply's hold covers; a disabled one is none", async () => {
  const write = (id: string, isEnabled: boolean, isFallback: boolean) =>
    scene.rows(`insert into models (id, context_tokens, max_output_tokens, price_flat, parameters, is_enabled, is_fallback)
      values ('${id}', 100000, 500000, 1, '{stop}', ${isEnabled}, ${isFallback})`);
  await write("scripted/slow", true, true);
  const chosen = await run([...fourTimes, says("Hi.")], "scripted/demo");
  expect(chosen.models.at(-1)).toBe("slow");
  expect(chosen.reply).toMatchObject({ status: "completed", model: "scripted/slow", tokensCharged: 100 });
  expect(chosen.limits.at(-1)).toBe(1_000);
  expect(chosen.settings).toEqual([asked, asked, asked, asked, { stop: ["END"] }]);
  expect(chosen.reply.settings).toEqual(asked);
  await scene.rows("delete from models");
  await write("scripted/demo", false, false);
  const disabled = await run(fourTimes, "scripted/demo");
  expect(disabled.reply).toMatchObject({ status: "failed", errorCode: "provider_unavailable" });
  await scene.rows("delete from models");
});

test("without a fallback, or with one that is away too, the provider is what failed", async () => {
  const alone = await run(fourTimes);
  expect(alone.reply).toMatchObject({ status: "failed", errorCode: "provider_unavailable", attempt: 4 });
  const both = await run([...fourTimes, isAway], "scripted/demo");
  expect(both.reply).toMatchObject({ status: "failed", errorCode: "provider_unavailable", attempt: 5 });
});

test("a provider that asks for too long a wait is not waited for", async () => {
  // biome-ignore lint/correctness/useYield: it fails before it says anything.
  const waits: Turn = async function* () {
    const details = { retryable: true, status: 429, retryAfterMillis: 3_600_000 };
    throw new LlmError(
      "provider_unavailable",
      "The model provider is limiting the rate of requests.",
      details,
    );
  };
  const alone = await run([waits]);
  expect(alone.reply).toMatchObject({
    status: "failed",
    errorCode: "provider_unavailable",
    errorMessage: "The model provider asks for a wait of 60 min before the next request.",
    attempt: 1,
  });
  const other = await run([waits, says("Hi from the other one.")], "scripted/demo");
  expect(other.models).toEqual(["echo", "demo"]);
  expect(other.reply).toMatchObject({ status: "completed", attempt: 2 });
});

test("a fallback that is the model itself is no fifth call", async () => {
  const { reply } = await run(fourTimes, "scripted/echo");
  expect(reply).toMatchObject({ status: "failed", errorCode: "provider_unavailable", attempt: 4 });
});
