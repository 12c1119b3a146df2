import { afterAll, beforeAll, expect, it } from "vitest";
import { createApiKey, resolveApiKey } from "./api-keys.ts";
import { openDatabase } from "./database.ts";
import { type EstimateBasis, type EstimateQuestion, estimateReply } from "./estimates.ts";
import { newId } from "./ids.ts";
import { cancelReply } from "./replies.ts";
import { claimReply, finishReply } from "./reply-jobs.ts";
import { openScene, type Person, replyOf, type Scene } from "./testing/scene.fixture.ts";

let scene: Scene;

beforeAll(async () => {
  scene = await openScene();
});

afterAll(async () => {
  await scene.close();
});

const metered = {
  models: {
    "scripted/echo": { contextTokens: 10_000, maxOutputTokens: 1_000, priceInput: 3, priceOutput: 15 },
  },
  defaultModel: "scripted/echo",
};

const questionOf = (person: Person, change: Partial<EstimateQuestion> = {}): EstimateQuestion => ({
  ...metered,
  ownerId: person.id,
  conversationId: person.conversationId,
  content: "And what is a fencing token?",
  ...change,
});

async function estimate(person: Person, change: Partial<EstimateQuestion> = {}): Promise<EstimateBasis> {
  const answer = await estimateReply(scene.database, questionOf(person, change));
  if (answer.outcome !== "estimated") throw new Error(`not estimated: ${answer.outcome}`);
  return answer;
}

async function exchange(person: Person, content: string): Promise<void> {
  const reply = replyOf(await person.send({ content }));
  const claim = await claimReply(scene.database, person.id, reply.id);
  if (claim.outcome !== "claimed") throw new Error(claim.outcome);
  const fence = { ownerId: person.id, replyId: reply.id, attempt: claim.reply.attempt };
  await finishReply(scene.database, fence, {
    status: "completed",
    messageId: newId(),
    content: `Answer to ${content}`,
    finishReason: "stop",
  });
}

it("starts from what the worker will, and names the hold of the send that follows", async () => {
  const [ada, eve] = await Promise.all([scene.person(), scene.person()]);
  await exchange(eve, "Eve's secret");
  await exchange(ada, "What is a lease?");
  const basis = await estimate(ada);
  expect(basis.history.map(({ content }) => content)).toEqual([
    "What is a lease?",
    "Answer to What is a lease?",
  ]);
  const { content, models } = questionOf(ada);
  const sent = replyOf(await ada.send({ content, models }));
  const claim = await claimReply(scene.database, ada.id, sent.id);
  if (claim.outcome !== "claimed") throw new Error(claim.outcome);
  expect(claim.reply.tokensHeld).toBe(basis.highestCharge);
  expect(claim.reply.systemPrompt).toBe(basis.systemPrompt);
  expect(claim.history.slice(0, -1)).toEqual(basis.history.map(({ id: _, ...message }) => message));
  expect(claim.notes).toEqual(basis.notes);
  expect(basis.highestCharge).toBeGreaterThan(15);
});

it("changes nothing", async () => {
  const person = await scene.person();
  const held = replyOf(await person.send());
  const before = await scene.rows(`select * from users where id = '${person.id}'`);
  expect(await estimate(person)).toMatchObject({ balance: 4_000, held: 100 });
  expect(await scene.rows(`select * from users where id = '${person.id}'`)).toEqual(before);
  await cancelReply(scene.database, person.id, held.id);
});

it("is given only of one's own conversations, and of models that are offered", async () => {
  const [ada, eve] = await Promise.all([scene.person(), scene.person()]);
  const ask = (change: Partial<EstimateQuestion>) => estimateReply(scene.database, questionOf(ada, change));
  expect(await ask({ conversationId: eve.conversationId })).toEqual({ outcome: "not_found" });
  expect(await ask({ conversationId: newId() })).toEqual({ outcome: "not_found" });
  expect(await ask({ model: "openai/x" })).toEqual({ outcome: "unknown_model", model: "openai/x" });
  await scene.rows(`update conversations set deleted_at = now() where id = '${ada.conversationId}'`);
  expect(await ask({})).toEqual({ outcome: "not_found" });
});

it("takes one statement, as the resolution of a key does", async () => {
  const person = await scene.person();
  const hash = "f".repeat(64);
  const key = { name: "Script", hash, hint: "parley_abc", scopes: ["read"] as const, expiresAt: null };
  await createApiKey(scene.database, { ...key, ownerId: person.id, apiKeyId: newId() });
  const statements: string[] = [];
  const database = openDatabase(scene.url, { onStatement: (text) => statements.push(text) });
  await estimateReply(database, questionOf(person));
  await resolveApiKey(database, hash, 1_000);
  expect(statements).toHaveLength(2);
  await database.close();
});
