import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { newId } from "./ids.ts";
import { cancelReply } from "./replies.ts";
import { flushReply } from "./reply-attempts.ts";
import { claimReply, failReply, finishReply } from "./reply-jobs.ts";
import { createConversation, type Refusal, type Sent } from "./send-message.ts";
import { openScene, type Person, replyOf, type Scene, unexplained } from "./testing/scene.fixture.ts";
import { getUser } from "./users.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(async () => {
  expect(await scene.rows(unexplained)).toEqual([]);
  await scene.close();
});
// Each test has a day of its own.
beforeEach(() => scene.rows("delete from spending_days"));

const terms = { contextTokens: 10_000, maxOutputTokens: 1_000, priceFlat: 100 };
const models = { "openai/m": { ...terms, costPerMillion: { input: 100, output: 1_000 } } };
const asked = { models, model: "openai/m" };

/** In a conversation of its own. */
async function ask(person: Person, change: Parameters<Person["send"]>[0] = {}) {
  const conversationId = newId();
  await createConversation(scene.database, { ownerId: person.id, conversationId });
  return person.send({ conversationId, ...asked, ...change });
}

async function answer(person: Person, sent: Sent | Refusal, inputTokens: number, outputTokens: number) {
  const { id: replyId } = replyOf(sent);
  const claim = await claimReply(scene.database, person.id, replyId);
  if (claim.outcome !== "claimed") throw new Error(`not claimed: ${claim.outcome}`);
  const attempt = { ownerId: person.id, replyId, attempt: claim.reply.attempt };
  const ending = { messageId: newId(), content: "Yes.", finishReason: "stop", inputTokens, outputTokens };
  await finishReply(scene.database, attempt, { status: "completed", ...ending });
}

const having = (answers: readonly (Sent | Refusal)[], outcome: string) =>
  answers.filter((each) => each.outcome === outcome);

const today = () => scene.rows("select spent::int, held::int from spending_days");

test.each([
  ["tokensPerDay", "tokens-per-day"],
  ["tokensPerMonth", "tokens-per-month"],
] as const)(
  "%s counts what was used, and what is unfinished as if it took all it may",
  async (name, policy) => {
    const [ada, eve] = [await scene.person(10_000), await scene.person(10_000)];
    const limited = { [name]: 4_000 };
    const sent = await Promise.all(Array.from({ length: 8 }, () => ask(ada, limited)));
    // 1 000 of an answer and a few of a question: the fourth passes the limit.
    expect(having(sent, "sent")).toHaveLength(4);
    for (const one of having(sent, "sent")) await answer(ada, one, 900, 50);
    expect(await getUser(scene.database, ada.id)).toMatchObject({ usedToday: 3_800, usedThisMonth: 3_800 });
    const last = await ask(ada, limited);
    expect(last).toMatchObject({ outcome: "sent" });
    expect(await ask(ada, limited)).toMatchObject({ policy, limit: 4_000, retryAfterSeconds: 30 });
    await answer(ada, last, 900, 50);
    const refused = await ask(ada, limited);
    expect(refused).toMatchObject({ outcome: "limited", policy, limit: 4_000 });
    expect(await ask(eve, limited)).toMatchObject({ outcome: "sent" });
    expect(await getUser(scene.database, eve.id)).toMatchObject({ usedToday: 0 });
  },
);

test("the day's budget is for all users together, and passed by no more than one reply", async () => {
  const people = await Promise.all(Array.from({ length: 6 }, () => scene.person(10_000)));
  // An answer may cost a dollar, and a little for its question.
  const budget = { dollarsPerDay: 2.5 };
  const sent = await Promise.all([...people, ...people].map((person) => ask(person, budget)));
  expect(having(sent, "sent")).toHaveLength(3);
  expect(having(sent, "limited")).toHaveLength(9);
  const [ada] = people as [Person];
  expect(await ask(ada, budget)).toMatchObject({ policy: "budget-per-day", isSpent: false });
  expect(await ask(ada)).toMatchObject({ outcome: "sent" });
});

test("a budget's hold becomes what a reply cost, however it ends, and what is spent is spent until the next day", async () => {
  const ada = await scene.person(10_000);
  const budget = { dollarsPerDay: 2 };
  const first = await ask(ada, budget);
  await answer(ada, first, 1_000, 100);
  expect(await today()).toEqual([{ spent: 200_000, held: 0 }]);
  const queued = replyOf(await ask(ada, budget)).id;
  await cancelReply(scene.database, ada.id, queued);
  expect(await today()).toEqual([{ spent: 200_000, held: 0 }]);
  const failed = replyOf(await ask(ada, budget)).id;
  await failReply(scene.database, {
    ownerId: ada.id,
    replyId: failed,
    errorCode: "internal",
    errorMessage: "It failed.",
  });
  expect(await today()).toEqual([{ spent: 200_000, held: 0 }]);
  await answer(ada, await ask(ada, budget), 20_000, 0);
  expect(await ask(ada, budget)).toMatchObject({ policy: "budget-per-day", isSpent: true });
});

test("what a worker had sent before it died is spent, and no part of the price", async () => {
  const ada = await scene.person(10_000);
  const { id: replyId } = replyOf(await ask(ada, { dollarsPerDay: 9 }));
  await claimReply(scene.database, ada.id, replyId, 0);
  const progress = { saved: 0, delta: "Half", inputTokens: 1_000, outputTokens: 10, noteIds: [] };
  await flushReply(scene.database, { ownerId: ada.id, replyId, attempt: 1 }, progress, 0);
  const claim = await claimReply(scene.database, ada.id, replyId);
  if (claim.outcome !== "claimed") throw new Error(`not claimed: ${claim.outcome}`);
  const ending = {
    messageId: newId(),
    content: "Yes.",
    finishReason: "stop",
    inputTokens: 900,
    outputTokens: 20,
  };
  const attempt = { ownerId: ada.id, replyId, attempt: claim.reply.attempt };
  const finished = await finishReply(scene.database, attempt, { status: "completed", ...ending });
  expect(finished).toMatchObject({ reply: { inputTokens: 900, tokensCharged: 100 } });
  // A hundred millionths of a dollar for each that was sent, and a thousand for each of the answer.
  expect(await today()).toEqual([{ spent: 1_900 * 100 + 20 * 1_000, held: 0 }]);
});

test("a model of which no cost is known counts as a dear one, and an offline one costs nothing", async () => {
  const ada = await scene.person(10_000);
  const plain = { "openai/m": terms, "scripted/m": terms };
  for (const model of Object.keys(plain)) {
    await answer(ada, await ask(ada, { dollarsPerDay: 9, models: plain, model }), 1_000_000, 1_000_000);
  }
  expect(await today()).toEqual([{ spent: 30_000_000, held: 0 }]);
});

test("a reply keeps the limit of its prompt, by default an eighth of the model's context", async () => {
  const ada = await scene.person(10_000);
  const limits = async (contextTokens: number, replyInputTokens?: number) => {
    const large = { "openai/m": { ...terms, contextTokens } };
    const { id } = replyOf(await ask(ada, { models: large, replyInputTokens }));
    const claim = await claimReply(scene.database, ada.id, id);
    return claim.outcome === "claimed" ? claim.reply.inputLimit : undefined;
  };
  expect(await limits(1_000_000)).toBe(125_000);
  expect(await limits(200_000)).toBe(32_000);
  expect(await limits(8_000)).toBe(8_000);
  expect(await limits(200_000, 500)).toBe(500);
});
