import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { type Database, openDatabase } from "./database.ts";
import { newId } from "./ids.ts";
import { isModelOffered } from "./models.ts";
import { claimReply, finishReply } from "./reply-jobs.ts";
import { createConversation } from "./send-message.ts";
import { openScene, type Person, replyOf, type Scene, terms, unexplained } from "./testing/scene.fixture.ts";

let scene: Scene;

beforeAll(async () => {
  scene = await openScene();
});
afterEach(async () => {
  await scene.rows("delete from models");
});
afterAll(async () => {
  expect(await scene.rows(unexplained)).toEqual([]);
  await scene.close();
});

const offered = { ...terms, providers: ["scripted"] };

/** Writes a row; what is not given is metered: 2 for 1 000 tokens read, 0.5 of cached ones, 8 written. */
async function write(id: string, change: Record<string, string | number | boolean | null> = {}) {
  const row = {
    ...{ id, context_tokens: 20_000, max_output_tokens: 1_000, price_input: 2, price_output: 8 },
    ...{ price_cached_input: 0.5, parameters: "{temperature}", ...change },
  };
  const values = Object.values(row).map((value) =>
    typeof value === "string" ? `'${value}'` : String(value),
  );
  await scene.rows(`insert into models (${Object.keys(row)}) values (${values})`);
}

const flat = (price: number) => ({
  price_flat: price,
  price_input: null,
  price_output: null,
  price_cached_input: null,
});

const termsOf = async (id: string) =>
  scene.rows(`select model, context_tokens as context, price_flat as flat, price_input as input,
    price_cached_input as cached, tokens_held::int as held from replies where id = '${id}'`);

async function answer(person: Person, id: string, usage: object, database = scene.database) {
  const claim = await claimReply(database, person.id, id);
  if (claim.outcome !== "claimed") throw new Error(claim.outcome);
  const fence = { ownerId: person.id, replyId: id, attempt: claim.reply.attempt };
  const ending = {
    status: "completed",
    messageId: newId(),
    content: "Well.",
    finishReason: "stop",
    ...usage,
  } as const;
  return finishReply(database, fence, ending);
}

it("asks under what an admin wrote; what waits keeps what it was asked under", async () => {
  const [ada, eve] = [await scene.person(), await scene.person()];
  const before = replyOf(await ada.send(offered));
  await write("scripted/echo", flat(7));
  const after = replyOf(await eve.send(offered));
  expect(await termsOf(before.id)).toMatchObject([{ context: 10_000, flat: 100, held: 100 }]);
  expect(await termsOf(after.id)).toMatchObject([{ context: 20_000, flat: 7, held: 7 }]);
  await scene.rows("update models set is_enabled = false");
  expect(await ada.send(offered)).toEqual({ outcome: "unknown_model", model: "scripted/echo" });
  expect(await answer(ada, before.id, {})).toMatchObject({ reply: { tokensCharged: 100 } });
  expect(await answer(eve, after.id, {})).toMatchObject({ reply: { tokensCharged: 7 } });
});

it("offers a row's model where its provider is there, and takes the default from the rows", async () => {
  const ada = await scene.person();
  await write("groq/llama/4:free@x", { ...flat(3), is_default: true });
  expect(replyOf(await ada.send(offered))).toMatchObject({ model: "scripted/echo" });
  const more = { ...offered, providers: ["scripted", "groq"] };
  expect(replyOf(await ada.send(more))).toMatchObject({ model: "groq/llama/4:free@x" });
  expect(await isModelOffered(scene.database, more, "groq/llama/4:free@x")).toBe(true);
  expect(await isModelOffered(scene.database, offered, "groq/llama/4:free@x")).toBe(false);
  expect(await isModelOffered(scene.database, more, "groq/other")).toBe(false);
});

it("begins no conversation with a model that is disabled, and none with a preference for it", async () => {
  const ada = await scene.person();
  await write("scripted/echo", { is_enabled: false });
  const conversation = () => ({ ...offered, ownerId: ada.id, conversationId: newId() });
  const named = { ...conversation(), conversationModel: "scripted/echo" };
  expect(await createConversation(scene.database, named)).toEqual({
    outcome: "unknown_model",
    model: "scripted/echo",
  });
  await scene.rows(`update users set default_model = 'scripted/echo' where id = '${ada.id}'`);
  expect(await createConversation(scene.database, conversation())).toMatchObject({
    conversation: { model: null },
  });
});

it("charges cached input at its own price, and as other input where it has none", async () => {
  const ada = await scene.person(100_000);
  await write("scripted/echo");
  const usage = { inputTokens: 10_000, outputTokens: 500, cachedInputTokens: 8_000 };
  const first = replyOf(await ada.send({ ...offered, content: "a".repeat(18_000) }));
  expect(await termsOf(first.id)).toMatchObject([{ input: 2, cached: 0.5 }]);
  await scene.rows("update models set price_cached_input = null, price_input = 4");
  expect(await answer(ada, first.id, usage)).toMatchObject({ reply: { tokensCharged: 4 + 4 + 4 } });
  const second = replyOf(await ada.send(offered));
  expect(await answer(ada, second.id, usage)).toMatchObject({ reply: { tokensCharged: 40 + 4 } });
});

it("asks for nothing where the settings name no price, and owes nothing", async () => {
  const [ada, eve] = [await scene.person(5), await scene.person(5)];
  const sizes = { contextTokens: 10_000, maxOutputTokens: 1_000 };
  const models = {
    "scripted/free": { ...sizes, priceFlat: 0 },
    "scripted/metered": { ...sizes, priceInput: 0, priceOutput: 0 },
  };
  for (const model of Object.keys(models)) {
    const { id } = replyOf(await ada.send({ ...offered, models, model }));
    const ended = await answer(ada, id, { inputTokens: 9_000, outputTokens: 900 });
    expect(ended).toMatchObject({ reply: { tokensHeld: 0, tokensCharged: 0 } });
  }
  expect(
    await scene.rows(
      `select token_balance::int as balance from users where id in ('${ada.id}', '${eve.id}')`,
    ),
  ).toEqual([{ balance: 5 }, { balance: 5 }]);
});

it("holds and settles metered replies that race without ever owing", async () => {
  const [ada, eve] = [await scene.person(60), await scene.person(1_000)];
  await write("scripted/echo");
  const databases = Array.from({ length: 4 }, () => openDatabase(scene.url));
  const usages = [
    { inputTokens: 1_234, outputTokens: 77, cost: 4 },
    { inputTokens: 999, outputTokens: 0, cachedInputTokens: 998, cost: 1 },
    { inputTokens: 1, outputTokens: 1_000, cost: 9 },
    { inputTokens: 0, outputTokens: 0, cost: 0 },
  ];
  let owed = 0;
  const round = async (database: Database, at: number): Promise<string> => {
    const conversationId = newId();
    const replyId = newId();
    const question = { ...offered, ownerId: ada.id, replyId, messageId: newId(), onBusy: "enqueue" } as const;
    const first = { ...question, role: "user", content: "Hello?" } as const;
    const sent = await createConversation(database, { ...offered, ownerId: ada.id, conversationId, first });
    if (sent.outcome !== "created") return sent.outcome;
    const { cost, ...usage } = usages[at % usages.length] ?? { cost: 0 };
    const ended = await answer(ada, replyId, usage, database);
    expect(ended).toMatchObject({ reply: { tokensCharged: cost } });
    owed += cost;
    return sent.outcome;
  };
  const outcomes = await Promise.all([
    ...Array.from({ length: 32 }, (_, at) => round(databases[at % 4] ?? scene.database, at)),
    eve.send(offered),
  ]);
  await Promise.all(databases.map((database) => database.close()));
  expect(outcomes).toContain("insufficient_tokens");
  expect(owed).toBeGreaterThan(0);
  expect(
    await scene.rows(`select token_balance::int as balance, tokens_held::int as held from users
    where id = '${ada.id}'`),
  ).toEqual([{ balance: 60 - owed, held: 0 }]);
});
