import { afterAll, beforeAll, expect, test } from "vitest";
import { deleteConversation } from "./conversations.ts";
import { newId } from "./ids.ts";
import { deleteMessage } from "./messages.ts";
import { cancelReply, getReply, repairReply } from "./replies.ts";
import { type Attempt, flushReply, startNextAttempt } from "./reply-attempts.ts";
import { claimReply, failReply, finishReply, sweepReplies } from "./reply-jobs.ts";
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

const progress = { inputTokens: 5, outputTokens: 2, noteIds: [] };
const fresh = {
  model: "scripted/echo",
  partialText: "",
  noteIds: [],
  inputTokens: null,
  cachedInputTokens: 0,
  outputTokens: null,
  reasoningTokens: 0,
};
const usage = { inputTokens: 5, cachedInputTokens: 0, outputTokens: 3, reasoningTokens: 0 };

async function claimed(person: Person, replyId: string): Promise<Attempt> {
  const claim = await claimReply(scene.database, person.id, replyId);
  if (claim.outcome !== "claimed") throw new Error(`not claimed: ${claim.outcome}`);
  return { ownerId: person.id, replyId, attempt: claim.reply.attempt };
}

function complete(attempt: Attempt, content = "Because.", messageId = newId()) {
  const ending = { status: "completed" as const, messageId, content, finishReason: "stop", ...usage };
  return finishReply(scene.database, attempt, ending);
}

/** As if the worker had been silent for that long. */
async function age(replyId: string, column: "leased_until" | "deadline_at" | "enqueued_at", seconds: number) {
  await scene.rows(
    `update replies set ${column} = clock_timestamp() - make_interval(secs => ${seconds}) where id = '${replyId}'`,
  );
}

test("claim, flush and finish give one answer at its reserved position, and settle the hold", async () => {
  const [ada, eve] = [await scene.person(), await scene.person()];
  const { id, messageId } = replyOf(await ada.send({ content: "Why?" }));
  expect(await claimReply(scene.database, eve.id, id)).toEqual({ outcome: "missing" });
  const claim = await claimReply(scene.database, ada.id, id);
  expect(claim).toMatchObject({
    outcome: "claimed",
    reply: { attempt: 1, status: "in_progress" },
    history: [{ role: "user", content: "Why?", position: 1 }],
  });
  const attempt = { ownerId: ada.id, replyId: id, attempt: 1 };
  await flushReply(scene.database, attempt, { saved: 0, delta: "Be🙂", ...progress });
  await flushReply(scene.database, attempt, { saved: 3, delta: "cause", ...progress });
  // The same flush again, as after an answer that was lost.
  await flushReply(scene.database, attempt, { saved: 3, delta: "cause.", ...progress });
  expect(await getReply(scene.database, ada.id, id)).toMatchObject({
    partialText: "Be🙂cause.",
    answer: null,
  });
  expect(await complete(attempt, "Be🙂cause.")).toMatchObject({
    outcome: "finished",
    reply: {
      status: "completed",
      tokensCharged: 100,
      inputTokens: 5,
      cachedInputTokens: 0,
      outputTokens: 3,
      reasoningTokens: 0,
    },
    message: { position: 2, role: "assistant", replyTo: messageId, replyId: id },
    nextReplyId: null,
  });
  expect(await getReply(scene.database, ada.id, id)).toMatchObject({ answer: "Be🙂cause.", partialText: "" });
  expect(await getReply(scene.database, eve.id, id)).toBeUndefined();
  expect(await getUser(scene.database, ada.id)).toMatchObject({ tokenBalance: 3_900, tokensHeld: 0 });
});

test("two workers on one job: one claims, and the loser's lease tells how long to wait", async () => {
  const ada = await scene.person();
  const { id } = replyOf(await ada.send());
  const claims = await Promise.all([1, 2, 3].map(() => claimReply(scene.database, ada.id, id)));
  expect(claims.map((claim) => claim.outcome).sort()).toEqual(["claimed", "leased", "leased"]);
  const leased = claims.find((claim) => claim.outcome === "leased");
  expect(leased).toMatchObject({ leaseSecondsLeft: expect.closeTo(30, 0) });
});

test("a takeover fences the earlier worker out of everything", async () => {
  const ada = await scene.person();
  const { id } = replyOf(await ada.send());
  const first = await claimed(ada, id);
  await flushReply(scene.database, first, { saved: 0, delta: "dead", ...progress });
  await age(id, "leased_until", 1);
  const second = await claimed(ada, id);
  expect(second.attempt).toBe(2);
  expect(await flushReply(scene.database, first, { saved: 0, delta: "ghost", ...progress })).toBeUndefined();
  expect(await startNextAttempt(scene.database, first, fresh)).toBeUndefined();
  expect(await complete(first, "ghost")).toEqual({ outcome: "lost" });
  expect(await complete(second, "alive")).toMatchObject({ outcome: "finished" });
  expect(
    await scene.rows(`select content from messages where reply_id = '${id}' and role = 'assistant'`),
  ).toEqual([{ content: "alive" }]);
});

test("the same finish twice has the effect of once", async () => {
  const ada = await scene.person();
  const { id } = replyOf(await ada.send());
  const attempt = await claimed(ada, id);
  const messageId = newId();
  const [first, second] = [await complete(attempt, "x", messageId), await complete(attempt, "x", messageId)];
  expect(second).toEqual(first);
  expect(await complete(attempt, "x")).toEqual({ outcome: "lost" });
  expect(await getUser(scene.database, ada.id)).toMatchObject({ tokenBalance: 3_900, tokensHeld: 0 });
});

test("replies of a conversation run in order, and each sees the answer before it", async () => {
  const ada = await scene.person();
  const [one, two] = [replyOf(await ada.send({ content: "1" })), replyOf(await ada.send({ content: "2" }))];
  expect(await claimReply(scene.database, ada.id, two.id)).toEqual({ outcome: "blocked" });
  expect(await complete(await claimed(ada, one.id), "first")).toMatchObject({ nextReplyId: two.id });
  const claim = await claimReply(scene.database, ada.id, two.id);
  expect(claim).toMatchObject({ history: [{ content: "1" }, { content: "first" }, { content: "2" }] });
});

test("cancel: free while queued, charged after the first delta, kept, repeatable, and final", async () => {
  const [ada, eve] = [await scene.person(), await scene.person()];
  const queued = replyOf(await ada.send());
  expect(await cancelReply(scene.database, eve.id, queued.id)).toEqual({ outcome: "not_found" });
  expect(await cancelReply(scene.database, ada.id, queued.id)).toMatchObject({
    outcome: "cancelled",
    reply: { tokensCharged: 0 },
  });
  const running = replyOf(await ada.send());
  const attempt = await claimed(ada, running.id);
  await flushReply(scene.database, attempt, { saved: 0, delta: "So far", ...progress });
  expect(await cancelReply(scene.database, ada.id, running.id)).toMatchObject({
    outcome: "cancelled",
    reply: { tokensCharged: 100, answer: "So far", partialText: "", status: "cancelled" },
  });
  expect(await cancelReply(scene.database, ada.id, running.id)).toMatchObject({ outcome: "repeated" });
  expect(await flushReply(scene.database, attempt, { saved: 6, delta: "!", ...progress })).toBeUndefined();
  expect(await complete(attempt)).toEqual({ outcome: "lost" });
  const done = replyOf(await ada.send());
  await complete(await claimed(ada, done.id));
  expect(await cancelReply(scene.database, ada.id, done.id)).toMatchObject({ outcome: "ended" });
});

test("a metered reply is charged what it used, and never more than it held", async () => {
  const ada = await scene.person();
  const metered = {
    models: { "x/m": { contextTokens: 100, maxOutputTokens: 100, priceInput: 1_000, priceOutput: 2_000 } },
    defaultModel: "x/m",
  };
  const { id } = replyOf(await ada.send(metered));
  expect(await complete(await claimed(ada, id))).toMatchObject({ reply: { tokensCharged: 5 + 2 * 3 } });
  const greedy = replyOf(await ada.send(metered));
  const attempt = await claimed(ada, greedy.id);
  const ending = { status: "completed" as const, messageId: newId(), content: "x", finishReason: "stop" };
  const finished = await finishReply(scene.database, attempt, {
    ...ending,
    inputTokens: 9_999,
    cachedInputTokens: 0,
    outputTokens: 9_999,
    reasoningTokens: 0,
  });
  const [{ held } = { held: 0 }] = await scene.rows<{ held: number }>(
    `select tokens_held::int as held from replies where id = '${greedy.id}'`,
  );
  expect(held).toBeLessThan(9_999);
  expect(finished).toMatchObject({ reply: { tokensCharged: held } });
});

test("past the deadline a claim, and the sweep, fail the reply and give the tokens back", async () => {
  const [ada, eve] = [await scene.person(), await scene.person()];
  const [one, two] = [replyOf(await ada.send()), replyOf(await ada.send())];
  await age(one.id, "deadline_at", 1);
  expect(await claimReply(scene.database, ada.id, two.id)).toEqual({ outcome: "blocked" });
  expect(await claimReply(scene.database, ada.id, one.id)).toMatchObject({
    outcome: "expired",
    replyIds: [one.id],
    nextReplyId: two.id,
  });
  const late = replyOf(await eve.send());
  await age(late.id, "deadline_at", 1);
  await age(two.id, "enqueued_at", 60);
  const swept = await sweepReplies(scene.database, 10);
  expect(swept.ended).toMatchObject([{ ownerId: eve.id, replyIds: [late.id], nextReplyId: null }]);
  expect(swept.stale).toContainEqual({ ownerId: ada.id, replyId: two.id });
  expect(await getReply(scene.database, eve.id, late.id)).toMatchObject({
    status: "failed",
    errorCode: "timed_out",
  });
  expect(await getUser(scene.database, eve.id)).toMatchObject({ tokenBalance: 4_000, tokensHeld: 0 });
});

test("read repair names the conversation's first unfinished reply, once", async () => {
  const [ada, eve] = [await scene.person(), await scene.person()];
  const [one, two] = [replyOf(await ada.send()), replyOf(await ada.send())];
  expect(await repairReply(scene.database, ada.id, two.id)).toBeUndefined();
  await age(one.id, "enqueued_at", 31);
  expect(await repairReply(scene.database, eve.id, two.id)).toBeUndefined();
  expect(await repairReply(scene.database, ada.id, two.id)).toBe(one.id);
  expect(await repairReply(scene.database, ada.id, two.id)).toBeUndefined();
});

test("deleting a message or a conversation cancels what is unfinished", async () => {
  const ada = await scene.person();
  const [one, two] = [replyOf(await ada.send()), replyOf(await ada.send())];
  const place = { ownerId: ada.id, conversationId: ada.conversationId, expectedVersion: undefined };
  expect(await deleteMessage(scene.database, { ...place, messageId: one.messageId })).toMatchObject({
    outcome: "deleted",
    nextReplyId: two.id,
  });
  expect(await deleteConversation(scene.database, place)).toMatchObject({ outcome: "deleted" });
  const rows = await scene.rows(`select status from replies where owner_id = '${ada.id}'`);
  expect(rows).toEqual([{ status: "cancelled" }, { status: "cancelled" }]);
  expect(await getUser(scene.database, ada.id)).toMatchObject({ tokenBalance: 4_000, tokensHeld: 0 });
});

test("a terminal reply never changes its state, even by plain SQL", async () => {
  const ada = await scene.person();
  const { id } = replyOf(await ada.send());
  expect(
    await failReply(scene.database, {
      ownerId: ada.id,
      replyId: id,
      errorCode: "internal",
      errorMessage: "x",
    }),
  ).toMatchObject({ outcome: "failed" });
  expect(
    await failReply(scene.database, {
      ownerId: ada.id,
      replyId: id,
      errorCode: "internal",
      errorMessage: "x",
    }),
  ).toEqual({ outcome: "ended" });
  await expect(
    scene.rows(`update replies set status = 'queued', finished_at = null where id = '${id}'`),
  ).rejects.toThrow();
});

test("an answer to a question asked again replaces the earlier one, which stays as a version", async () => {
  const ada = await scene.person();
  const { id, messageId } = replyOf(await ada.send());
  await complete(await claimed(ada, id), "old");
  const again = newId();
  await scene.rows(
    `select ask_again('${JSON.stringify({
      ownerId: ada.id,
      conversationId: ada.conversationId,
      messageId,
      replyId: again,
      onBusy: "enqueue",
      models: { "scripted/echo": { contextTokens: 10_000, maxOutputTokens: 1_000, priceFlat: 100 } },
      defaultModel: "scripted/echo",
      ratePerSecond: 0,
      rateBurst: 1,
      ratePerMinute: 0,
      deadlineSeconds: 60,
    })}')`,
  );
  const claim = await claimReply(scene.database, ada.id, again);
  expect(claim).toMatchObject({ history: [{ content: "Hello?", position: 1 }] });
  await complete({ ownerId: ada.id, replyId: again, attempt: 1 }, "new");
  const rows = await scene.rows(
    `select content, is_active, position from messages where owner_id = '${ada.id}' and role = 'assistant'
     order by is_active`,
  );
  expect(rows).toEqual([
    { content: "old", is_active: false, position: 2 },
    { content: "new", is_active: true, position: 2 },
  ]);
});
