import { afterAll, beforeAll, expect, it } from "vitest";
import { deleteConversation } from "./conversations.ts";
import { newId } from "./ids.ts";
import { cancelReply } from "./replies.ts";
import { claimReply, failReply, finishReply, timeOutReply } from "./reply-jobs.ts";
import { openScene, type Person, replyOf, type Scene } from "./testing/scene.fixture.ts";
import { readUsage } from "./usage.ts";

let scene: Scene;

beforeAll(async () => {
  scene = await openScene();
});

afterAll(async () => {
  await scene.close();
});

const today = new Date().toISOString().slice(0, 10);
const usageOf = (person: Person, by: "day" | "model" = "day", from = today) =>
  readUsage(scene.database, { ownerId: person.id, from, to: today, by });

async function sendOne(person: Person): Promise<string> {
  return replyOf(await person.send()).id;
}

async function answer(
  person: Person,
  usage = { inputTokens: 7, cachedInputTokens: 0, outputTokens: 3, reasoningTokens: 0 },
): Promise<void> {
  const replyId = await sendOne(person);
  const claim = await claimReply(scene.database, person.id, replyId);
  if (claim.outcome !== "claimed") throw new Error(claim.outcome);
  const attempt = { ownerId: person.id, replyId, attempt: claim.reply.attempt };
  const ending = { status: "completed", messageId: newId(), content: "Hi.", finishReason: "stop" } as const;
  await finishReply(scene.database, attempt, { ...ending, ...usage });
}

it("counts every way in which a reply ends, once, and nobody else's", async () => {
  const [ada, eve] = await Promise.all([scene.person(), scene.person()]);
  const { database } = scene;
  await answer(ada);
  const cancelled = await sendOne(ada);
  for (let again = 0; again < 2; again++) await cancelReply(database, ada.id, cancelled);
  const failed = await sendOne(ada);
  await failReply(database, { ownerId: ada.id, replyId: failed, errorCode: "internal", errorMessage: "" });
  const late = await sendOne(ada);
  await scene.rows(`update replies set deadline_at = now() where id = '${late}'`);
  await timeOutReply(database, ada.id, late);
  await sendOne(ada);
  await ada.send({ onBusy: "interrupt" });
  const { id: ownerId, conversationId } = ada;
  await deleteConversation(database, { ownerId, conversationId, expectedVersion: undefined });
  const counts = { inputTokens: 7, cachedTokens: 0, outputTokens: 3, reasoningTokens: 0, tokensCharged: 100 };
  expect(await usageOf(ada)).toEqual([{ key: today, replies: 6, ...counts }]);
  expect(await usageOf(ada, "model")).toEqual([{ key: "scripted/echo", replies: 6, ...counts }]);
  await scene.rows(`delete from conversations where id = '${conversationId}'`);
  expect(await usageOf(ada)).toMatchObject([{ replies: 6 }]);
  expect(await usageOf(eve)).toEqual([]);
});

it("adds up when replies of several conversations end at once", async () => {
  const ada = await scene.person(100_000);
  const ids = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const conversationId = newId();
      await scene.rows(`insert into conversations (id, owner_id) values ('${conversationId}', '${ada.id}')`);
      return replyOf(await ada.send({ conversationId })).id;
    }),
  );
  await Promise.all(ids.map((id) => cancelReply(scene.database, ada.id, id)));
  expect(await usageOf(ada)).toMatchObject([{ replies: 20, tokensCharged: 0 }]);
});

it("reads a year of one user by the key alone, whatever others have", async () => {
  const ada = await scene.person();
  await scene.rows(
    "insert into users (id, cognito_sub) select 'u' || n, 'u' || n from generate_series(1, 20) as n",
  );
  await scene.rows(`insert into usage_days (owner_id, day, model, replies, tokens_charged)
    select users.id, current_date - days, 'openai/m' || model, 1, model
    from users, generate_series(0, 399) as days, generate_series(1, 5) as model
    where users.id = '${ada.id}' or users.id like 'u__' or users.id like 'u_'`);
  await scene.rows("analyze usage_days");
  const from = new Date(Date.now() - 364 * 86_400_000).toISOString().slice(0, 10);
  const days = await usageOf(ada, "day", from);
  expect(days).toHaveLength(365);
  expect(days.map(({ key }) => key)).toEqual(days.map(({ key }) => key).toSorted());
  expect(days[0]).toMatchObject({ key: from, replies: 5, tokensCharged: 15 });
  const models = await usageOf(ada, "model", from);
  expect(models.map(({ key }) => key)).toEqual([5, 4, 3, 2, 1].map((model) => `openai/m${model}`));
  const [plan] = await scene.rows<
    Record<string, unknown>
  >(`explain (format json) select day, sum(replies) from usage_days
    where owner_id = '${ada.id}' and day between '${from}' and '${today}' group by day`);
  expect(JSON.stringify(plan)).toMatch(/usage_days_owner_id_day_model_pk/);
});
