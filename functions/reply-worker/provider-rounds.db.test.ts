import { newId } from "@parley/data/ids";
import { createNote } from "@parley/data/notes";
import { openScene, replyOf, type Scene, unexplained } from "@parley/data/testing/scene.fixture";
import { replay } from "@parley/llm/fixtures/replay";
import { availableModels } from "@parley/llm/models";
import { createProviders } from "@parley/llm/providers";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { answered, workerOf } from "./worker.fixture.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(async () => {
  expect(await scene.rows(unexplained)).toEqual([]);
  await scene.close();
});

const keys = { openaiApiKey: "sk-key", anthropicApiKey: "sk-key" };
const price = { priceInput: 1_000, priceOutput: 2_000 };

/** Answers the first request with a recorded call of tools, and later ones with a recorded answer. */
function recorded(provider: string) {
  const [calls, answer] = [replay(`${provider}/tools`), replay(`${provider}/complete`)];
  const fetch: typeof globalThis.fetch = (input, init) =>
    (calls.requests.length === 0 ? calls : answer).fetch(input, init);
  return { fetch, second: () => answer.requests[0]?.json() };
}

// What the recordings count: input and output of both calls.
test.each([
  {
    model: "openai/gpt-6.1-terra",
    usage: { inputTokens: 88 + 21, cachedInputTokens: 0, outputTokens: 41 + 9, reasoningTokens: 0 },
  },
  {
    model: "anthropic/claude-sonnet-5-5",
    usage: { inputTokens: 395 + 25, cachedInputTokens: 5, outputTokens: 89 + 15, reasoningTokens: 7 + 6 },
  },
])("$model searches notes through its SDK, and all of it is paid for", async ({ model, usage }) => {
  const provider = model.split("/")[0] ?? "";
  const [ada, eve] = [await scene.person(10_000_000), await scene.person()];
  const [noteId, hers] = [newId(), newId()];
  await createNote(scene.database, { ownerId: ada.id, noteId, content: "Tomatoes: <water> on Mondays." });
  await createNote(scene.database, { ownerId: eve.id, noteId: hers, content: "Tomatoes of Eve" });
  const models = { [model]: { contextTokens: 100_000, maxOutputTokens: 1_000, ...price } };
  const { id } = replyOf(await ada.send({ content: "What about tomatoes?", model, models }));

  const { fetch, second } = recorded(provider);
  const { worker } = workerOf(scene.database, []);
  const real = {
    ...worker,
    providers: createProviders({ ...keys, fetch }),
    models: availableModels({ ...keys, includeScripted: false }),
  };
  const reply = await answered(real, ada.id, id);
  expect(reply).toMatchObject({
    status: "completed",
    answer: expect.stringMatching(/^Let me look\.\n\nHello! Grüße/),
    attempt: 2,
    noteIds: [noteId],
    ...usage,
    tokensCharged: usage.inputTokens + 2 * usage.outputTokens,
  });
  expect(reply.tokensHeld).toBeGreaterThan(reply.tokensCharged);
  const sent = JSON.stringify(await second());
  expect(sent).toContain("on Mondays.");
  expect(sent).not.toMatch(/Eve|<water>/);
});

test("a model that is down, or does not exist, costs the users of others nothing", async () => {
  vi.spyOn(Math, "random").mockReturnValue(0);
  const [ada, eve] = [await scene.person(), await scene.person()];
  const terms = { contextTokens: 100_000, maxOutputTokens: 1_000, priceFlat: 100 };
  const models = { "openai/down": terms, "openai/fine": terms };
  const asked: string[] = [];
  const good = replay("openai/complete");
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const { model } = (await new Request(input, init).json()) as { model: string };
    asked.push(model);
    return model === "fine" ? good.fetch(input, init) : new Response("", { status: 500 });
  };
  const server = { openaiBaseUrl: "http://models.test/v1" };
  const worker = {
    ...workerOf(scene.database, []).worker,
    providers: createProviders({ ...server, fetch }),
    models: availableModels({ ...server, includeScripted: false }),
  };
  for (const calls of [4, 5]) {
    const { id } = replyOf(await ada.send({ model: "openai/down", models }));
    // From the fifth call on it is not asked: the pause would be half a minute, and there are two seconds.
    expect(await answered(worker, ada.id, id, 2_000)).toMatchObject({ errorCode: "provider_unavailable" });
    expect(asked).toHaveLength(calls);
  }
  const { id } = replyOf(await eve.send({ model: "openai/fine", models }));
  expect(await answered(worker, eve.id, id)).toMatchObject({ status: "completed", attempt: 1 });
  expect(asked.slice(5)).toEqual(["fine"]);
  vi.restoreAllMocks();
});

const jinja = { error: { code: 500, message: "tools param requires --jinja flag", type: "server_error" } };
const extraTools = { detail: [{ loc: ["body", "tools"], msg: "Extra inputs are not permitted" }] };
const extraUsage = { detail: [{ loc: ["body", "stream_options"], msg: "Extra inputs are not permitted" }] };

test.each([
  ["tools, as llama.cpp says it", "tools", 500, jinja],
  ["tools, as FastAPI says it", "tools", 422, extraTools],
  ["stream_options", "stream_options", 422, extraUsage],
])("a server that refuses %s is asked once more, and later replies are asked once", async (...row) => {
  const [, name, status, refusal] = row;
  const ada = await scene.person();
  await createNote(scene.database, { ownerId: ada.id, noteId: newId(), content: "Tomatoes on Mondays." });
  const good = replay("openai/complete");
  const asked: boolean[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const isRefused = name in ((await new Request(input, init).json()) as object);
    asked.push(isRefused);
    return isRefused ? Response.json(refusal, { status }) : good.fetch(input, init);
  };
  const server = { openaiBaseUrl: "http://models.test/v1" };
  const worker = {
    ...workerOf(scene.database, []).worker,
    providers: createProviders({ ...server, fetch }),
    models: availableModels({ ...server, includeScripted: false }),
  };
  const model = `openai/local-${name}-${status}`;
  const models = { [model]: { contextTokens: 100_000, maxOutputTokens: 1_000, priceFlat: 100 } };
  for (const attempt of [2, 1]) {
    const { id } = replyOf(await ada.send({ content: "Tomatoes?", model, models }));
    expect(await answered(worker, ada.id, id)).toMatchObject({ status: "completed", attempt });
  }
  expect(asked).toEqual([true, false, false]);
});
