import { openConnection } from "@parley/data/connections";
import { getConversation, updateConversation } from "@parley/data/conversations";
import { openDatabase } from "@parley/data/database";
import { newId } from "@parley/data/ids";
import { openScene, type Person, replyOf, type Scene, unexplained } from "@parley/data/testing/scene.fixture";
import { replaceFirstTitle } from "@parley/data/titles";
import { LlmError } from "@parley/llm/errors";
import { findModel } from "@parley/llm/models";
import type { ReplyNews } from "@parley/realtime/reply-events";
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

const firstTitle = "How does a lease work?";
const question = { content: firstTitle, firstTitle };

/** A worker that names conversations, whose models take these turns. */
function naming(turns: readonly Turn[]) {
  const told: ReplyNews[] = [];
  const { worker, requests } = workerOf(scene.database, turns);
  worker.titleModel = findModel("scripted/demo", worker.models);
  worker.realtime = { ...worker.realtime, announce: async (news) => void told.push(news) };
  const ask = async (who: Person, change: object = question) => {
    const reply = await answered(worker, who.id, replyOf(await who.send(change)).id);
    await Promise.all(worker.background);
    return reply;
  };
  return { requests, told, ask };
}

const titleOf = async ({ id, conversationId }: Person) => {
  const row = await getConversation(scene.database, id, conversationId);
  return [row?.title, row?.titleSource];
};

test("a model names a conversation after its first answer, once, and its owner alone hears of it", async () => {
  const [ada, eve] = [await scene.person(), await scene.person()];
  await eve.send(question);
  const connectionId = `${newId()}=`;
  const expiresAt = Date.now() / 1000 + 600;
  await openConnection(scene.database, { ownerId: ada.id, connectionId, apiKeyHash: undefined, expiresAt });
  const { requests, told, ask } = naming([says("It ends."), says('"Leases **explained**"\n'), says("Yes.")]);
  expect(await ask(ada)).toMatchObject({ status: "completed", tokensCharged: 100 });
  expect(requests[1]?.messages).toEqual([{ role: "user", content: `${firstTitle}\n\nIt ends.` }]);
  expect(await titleOf(ada)).toEqual(["Leases explained", "model"]);
  const conversation = { id: ada.conversationId, title: "Leases explained", titleSource: "model" };
  expect(told).toMatchObject([{ ownerId: ada.id, connectionIds: [connectionId], conversation }]);
  expect(await titleOf(eve)).toEqual([firstTitle, "first_message"]);
  // What the title took is counted beside the reply, as no reply and at no price.
  const counted = () =>
    scene.rows(`select owner_id, sum(replies)::int as replies, sum(tokens_charged)::int as charged,
      sum(input_tokens)::int as input, sum(output_tokens)::int as output from usage_days
      where owner_id in ('${ada.id}', '${eve.id}') group by owner_id`);
  expect(await counted()).toEqual([{ owner_id: ada.id, replies: 1, charged: 100, input: 20, output: 10 }]);
  await ask(ada, { content: "Really?" });
  expect(requests).toHaveLength(3);
});

test("a model that fails, or says nothing that is a title, leaves the first words, and the reply as it is", async () => {
  const failing: Turn =
    // biome-ignore lint/correctness/useYield: it fails before it says anything.
    async function* () {
      throw new LlmError("provider_unavailable", "Away.", { retryable: true });
    };
  for (const turn of [failing, says("```\n```")]) {
    const ada = await scene.person();
    const { ask, requests } = naming([says("It ends."), turn]);
    expect(await ask(ada)).toMatchObject({ status: "completed" });
    expect(requests).toHaveLength(2);
    expect(await titleOf(ada)).toEqual([firstTitle, "first_message"]);
  }
});

test("a conversation that a person has named is not asked about", async () => {
  const ada = await scene.person();
  await updateConversation(scene.database, ada.id, ada.conversationId, { title: "Mine" }, undefined);
  const { ask, requests } = naming([says("It ends.")]);
  await ask(ada);
  expect(requests).toHaveLength(1);
  expect(await titleOf(ada)).toEqual(["Mine", "user"]);
});

test("a rename beside a model's title always stays", async () => {
  const other = openDatabase(scene.url);
  const outcomes = new Set<boolean>();
  for (let round = 0; round < 100; round++) {
    const ada = await scene.person();
    await ada.send(question);
    const rename = () =>
      updateConversation(scene.database, ada.id, ada.conversationId, { title: "Mine" }, undefined);
    const place = { ownerId: ada.id, conversationId: ada.conversationId };
    const name = () => replaceFirstTitle(other, place, { present: firstTitle, title: "A model's" });
    const [first, second] = round % 2 === 0 ? [rename, name] : [name, rename];
    const done = await Promise.all([first(), second()]);
    outcomes.add(done.every((row) => row !== undefined));
    expect(await titleOf(ada)).toEqual(["Mine", "user"]);
  }
  await other.close();
  // Both orders have happened: the model's title was refused, and it was replaced.
  expect(outcomes).toEqual(new Set([true, false]));
});
