import { newId } from "@parley/data/ids";
import { cancelReply } from "@parley/data/replies";
import { createConversation } from "@parley/data/send-message";
import { openScene, replyOf, type Scene, unexplained } from "@parley/data/testing/scene.fixture";
import { getUser } from "@parley/data/users";
import { contentFilteredError, cutStreamError, LlmError } from "@parley/llm/errors";
import { afterAll, beforeAll, expect, test } from "vitest";
import { answered, says, type Turn, workerOf } from "./worker.fixture.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(async () => {
  expect(await scene.rows(unexplained)).toEqual([]);
  await scene.close();
});

const throwing = (error: Error): Turn =>
  // biome-ignore lint/correctness/useYield: it fails before it says anything.
  async function* () {
    throw error;
  };

test("questions that were stopped or failed are in the next prompt, and refused ones are not", async () => {
  const [ada, eve] = [await scene.person(), await scene.person()];
  await eve.send({ content: "Mine alone" });
  const { worker, requests } = workerOf(scene.database, [
    throwing(new LlmError("provider_rejected", "No such model.", { status: 404 })),
    says("Whales sing."),
    throwing(contentFilteredError()),
    says("Yes."),
  ]);
  const ask = async (content: string) => {
    const { id } = replyOf(await ada.send({ content }));
    return answered(worker, ada.id, id);
  };
  const stopped = replyOf(await ada.send({ content: "Write about whales" }));
  await cancelReply(scene.database, ada.id, stopped.id);
  await ask("In verse");
  await ask("Shorter, please");
  await ask("Something refused");
  const last = await ask("Do they?");
  expect(requests[1]?.messages).toEqual([
    { role: "user", content: "Write about whales\n\nIn verse\n\nShorter, please" },
  ]);
  expect(requests[3]?.messages).toEqual([
    { role: "user", content: "Write about whales\n\nIn verse\n\nShorter, please" },
    { role: "assistant", content: "Whales sing." },
    { role: "user", content: "Do they?" },
  ]);
  expect(last).toMatchObject({ status: "completed", context: { droppedMessageIds: [expect.any(String)] } });
});

test("a system prompt that is blank once its variables are filled is none", async () => {
  const [ada, eve] = [await scene.person(), await scene.person()];
  const { worker, requests } = workerOf(scene.database, [says("Aye."), says("Yes.")]);
  for (const [{ id: ownerId, send }, style] of [
    [ada, " "],
    [eve, "Be kind."],
  ] as const) {
    const conversationId = newId();
    const metadata = { style };
    const blank = { ownerId, conversationId, systemPrompt: "{{style}}\n", metadata };
    await createConversation(scene.database, blank);
    const { id } = replyOf(await send({ conversationId, content: "Hello" }));
    expect(await answered(worker, ownerId, id)).toMatchObject({ status: "completed" });
  }
  expect(requests.map(({ systemPrompt }) => systemPrompt)).toEqual([undefined, "Be kind.\n"]);
});

const breaksOff: Turn = async function* () {
  yield { type: "delta", text: "Half an" };
  throw cutStreamError();
};

test.each([
  { what: "empty answers", turns: [says(""), says("")], lost: 2, answer: 0, status: "failed" },
  { what: "one that broke off", turns: [breaksOff, says("Yes.")], lost: 1, answer: 15, status: "completed" },
  {
    what: "one that its provider never took",
    turns: [
      throwing(new LlmError("provider_unavailable", "Busy.", { status: 503, retryable: true })),
      says("Yes."),
    ],
    lost: 0,
    answer: 15,
    status: "completed",
  },
])(
  "calls without an answer count as used, and not in the price: $what",
  async ({ turns, lost, answer, status }) => {
    const [ada, eve] = [await scene.person(), await scene.person()];
    const { worker, requests } = workerOf(scene.database, turns);
    const { id } = replyOf(await ada.send({ content: "word ".repeat(400) }));
    const reply = await answered(worker, ada.id, id);
    expect(reply).toMatchObject({ status, tokensCharged: status === "failed" ? 0 : 100 });
    expect(requests).toHaveLength(2);
    const prompt = reply.context?.inputTokens ?? 0;
    expect(prompt).toBeGreaterThan(400);
    expect(await getUser(scene.database, ada.id)).toMatchObject({ usedToday: lost * prompt + answer });
    expect(await getUser(scene.database, eve.id)).toMatchObject({ usedToday: 0 });
  },
);

test("what a model had written and thought when it failed is kept, to the last word", async () => {
  const [ada, eve] = [await scene.person(), await scene.person()];
  const other = replyOf(await eve.send());
  const { worker } = workerOf(scene.database, [
    async function* () {
      yield { type: "reasoning", text: "Let me see." };
      yield { type: "delta", text: "Whales, " };
      yield { type: "delta", text: "once" };
      throw contentFilteredError();
    },
  ]);
  const reply = await answered(worker, ada.id, replyOf(await ada.send()).id);
  expect(reply).toMatchObject({
    ...{ status: "failed", errorCode: "content_filtered", tokensCharged: 0 },
    ...{ partialText: "Whales, once", reasoning: "Let me see." },
  });
  const untouched = await scene.rows(`select status, partial_text from replies where id = '${other.id}'`);
  expect(untouched).toEqual([{ status: "queued", partial_text: "" }]);
});
