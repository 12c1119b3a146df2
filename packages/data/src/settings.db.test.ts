import { afterAll, beforeAll, expect, it } from "vitest";
import { updateConversation } from "./conversations.ts";
import { estimateReply } from "./estimates.ts";
import { forkConversation } from "./forks.ts";
import { newId } from "./ids.ts";
import { claimReply } from "./reply-jobs.ts";
import type { ReplySettings, SettingsChange } from "./schema/reply-settings.ts";
import { askAgain, createConversation } from "./send-message.ts";
import { openScene, type Person, replyOf, type Scene, terms, unexplained } from "./testing/scene.fixture.ts";
import { untakenAfter } from "./untaken.ts";

let scene: Scene;
let ada: Person;
let eve: Person;

const limits = { contextTokens: 10_000, maxOutputTokens: 1_000, priceInput: 1, priceOutput: 1_000 };
const all = ["temperature", "topP", "maxOutputTokens", "reasoningEffort", "stop"] as const;
const offered = {
  ...terms,
  providers: ["scripted"],
  models: {
    "scripted/echo": { ...limits, parameters: all },
    "scripted/thinks": { ...limits, parameters: ["maxOutputTokens", "reasoningEffort"] as const },
    "scripted/*": { ...limits, parameters: all },
  },
};
const thinks = "scripted/thinks";

beforeAll(async () => {
  scene = await openScene();
  [ada, eve] = [await scene.person(1_000_000), await scene.person()];
});
afterAll(async () => {
  expect(await scene.rows(unexplained)).toEqual([]);
  await scene.close();
});

const send = (settings?: SettingsChange, model?: string) => ada.send({ ...offered, settings, model });
const change = (settings: SettingsChange | null, model?: string | null) =>
  updateConversation(scene.database, ada.id, ada.conversationId, { settings, model }, undefined);
const stored = async (id: string) => {
  const [row] = await scene.rows<{ settings: ReplySettings; most: number; held: number }>(
    `select settings, max_output_tokens as most, tokens_held::int as held from replies where id = '${id}'`,
  );
  return row;
};

it("a message's settings go over its conversation's, key by key, and stay with its reply", async () => {
  await change({ temperature: 0.2, topP: 0.5, stop: ["END"] });
  const { id, messageId } = replyOf(await send({ temperature: 1, topP: null, maxOutputTokens: 10 }));
  await change({ temperature: null, stop: ["STOP"], reasoningEffort: "low" });
  const asked = { temperature: 1, stop: ["END"], maxOutputTokens: 10 };
  expect(await stored(id)).toMatchObject({ settings: asked, most: 10 });
  const claim = await claimReply(scene.database, ada.id, id, 0);
  expect(claim).toMatchObject({ outcome: "claimed", reply: { settings: asked, maxOutputTokens: 10 } });
  expect(await claimReply(scene.database, ada.id, id)).toMatchObject({ reply: { settings: asked } });
  const again = { ...offered, ownerId: ada.id, conversationId: ada.conversationId, messageId };
  const regenerated = replyOf(
    await askAgain(scene.database, { ...again, replyId: newId(), onBusy: "enqueue" }),
  );
  const kept = { topP: 0.5, stop: ["STOP"], reasoningEffort: "low" };
  expect(await stored(regenerated.id)).toMatchObject({ settings: kept, most: 1_000 });
  expect(await change(null)).toMatchObject({ settings: {} });
  expect(
    await updateConversation(scene.database, eve.id, ada.conversationId, { settings: null }, undefined),
  ).toBe(undefined);
});

it("a lower limit lowers what is held, as the estimate says, and a higher one is the model's", async () => {
  const estimate = async (maxOutputTokens?: number) => {
    const question = { ...offered, ownerId: ada.id, conversationId: ada.conversationId, content: "Hello?" };
    const basis = await estimateReply(scene.database, { ...question, settings: { maxOutputTokens } });
    if (basis.outcome !== "estimated") throw new Error(basis.outcome);
    return basis;
  };
  const [whole, low, high] = [await estimate(), await estimate(50), await estimate(5_000)];
  expect(low).toMatchObject({ model: { maxOutputTokens: 50, settings: { maxOutputTokens: 50 } } });
  expect(whole.highestCharge - low.highestCharge).toBe(950);
  expect(high.highestCharge).toBe(whole.highestCharge);
  const sent = replyOf(await send({ maxOutputTokens: 50 }));
  expect(await stored(sent.id)).toMatchObject({ most: 50, held: low.highestCharge });
});

it("what a model does not take is refused with those that do, wherever it was set", async () => {
  const refusal = { outcome: "untaken_parameter", parameter: "temperature", model: thinks };
  const models = ["scripted/echo"];
  expect(await send({ temperature: 1 }, thinks)).toEqual({ ...refusal, models });
  await change({ temperature: 1 });
  expect(await send(undefined, thinks)).toEqual({ ...refusal, models });
  expect(replyOf(await send({ temperature: null }, thinks))).toMatchObject({ settings: {} });
  const after = (changed: object, owner = ada) =>
    untakenAfter(scene.database, offered, {
      ownerId: owner.id,
      conversationId: ada.conversationId,
      change: changed,
    });
  expect(await after({ model: thinks })).toMatchObject(refusal);
  expect(await after({ model: thinks }, eve)).toBeUndefined();
  expect(await after({ model: thinks, settings: { temperature: null } })).toBeUndefined();
  expect(await after({ model: thinks, settings: null })).toBeUndefined();
  expect(await after({ settings: { topP: 1 } })).toBeUndefined();
  expect(await after({ model: null })).toBeUndefined();
  const begin = (conversationModel: string) =>
    createConversation(scene.database, {
      ...offered,
      ownerId: ada.id,
      conversationId: newId(),
      conversationModel,
      conversationSettings: { temperature: 0, topP: null },
    });
  expect(await begin(thinks)).toMatchObject(refusal);
  expect(await begin("scripted/echo")).toMatchObject({ conversation: { settings: { temperature: 0 } } });
  await scene.rows(`insert into models (id, context_tokens, max_output_tokens, price_flat, parameters)
    values ('scripted/echo', 9000, 900, 1, '{stop}'), ('scripted/warm', 9000, 900, 1, '{temperature}')`);
  const later = { ...refusal, model: "scripted/echo", models: ["scripted/warm"] };
  expect(await send()).toEqual(later);
  expect(await after({ settings: { stop: ["x"] } })).toEqual(later);
  await scene.rows("delete from models");
});

it("a fork has the settings of what it was copied from", async () => {
  await change({ temperature: 0.7, stop: ["END"] });
  const message = await send();
  const fork = await forkConversation(scene.database, {
    ownerId: ada.id,
    sourceId: ada.conversationId,
    sourceMessageId: replyOf(message).messageId,
    include: false,
    conversationId: newId(),
  });
  expect(fork).toMatchObject({ conversation: { settings: { temperature: 0.7, stop: ["END"] } } });
});
