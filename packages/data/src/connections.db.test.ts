import { afterAll, beforeAll, expect, test } from "vitest";
import { setDisabled } from "./admin-users.ts";
import { createApiKey, revokeApiKey } from "./api-keys.ts";
import {
  closeConnection,
  followReply,
  openConnection,
  purgeConnections,
  removeConnections,
} from "./connections.ts";
import { openDatabase } from "./database.ts";
import { newId } from "./ids.ts";
import { cancelReply } from "./replies.ts";
import { flushReply } from "./reply-attempts.ts";
import { claimReply, failReply, finishReply, sweepReplies } from "./reply-jobs.ts";
import { openScene, type Person, replyOf, type Scene } from "./testing/scene.fixture.ts";

let scene: Scene;
let eve: Person;
beforeAll(async () => {
  scene = await openScene();
  eve = await scene.person();
  // She listens to everything that she can.
  await listen(eve);
});
afterAll(() => scene.close());

async function listen(
  person: Person,
  connectionId = newId(),
  apiKeyHash?: string,
  expiresAt?: number,
): Promise<string> {
  await openConnection(scene.database, { ownerId: person.id, connectionId, apiKeyHash, expiresAt });
  return connectionId;
}

async function asked(person: Person) {
  const sent = await person.send();
  if (!("news" in sent)) throw new Error(`not sent: ${sent.outcome}`);
  return { replyId: replyOf(sent).id, news: sent.news };
}

const usage = { inputTokens: 1, cachedInputTokens: 0, outputTokens: 1, reasoningTokens: 0 };

async function stored(person: Person, replyId: string, saved: number, delta: string) {
  const attempt = { ownerId: person.id, replyId, attempt: 1 };
  return flushReply(scene.database, attempt, { saved, delta, noteIds: [], ...usage });
}

test("who does not listen is told nothing, and nothing is looked up for it", async () => {
  const ada = await scene.person();
  const { news } = await asked(ada);
  expect(news).toEqual({ ownerId: ada.id, connectionIds: [], endedConnectionIds: [], replies: [] });
});

test("send, claim, flush and finish name the owner's connections and what became of the reply", async () => {
  const ada = await scene.person();
  const [one, two] = [await listen(ada), await listen(ada)];
  const { replyId, news } = await asked(ada);
  const state = { id: replyId, conversationId: ada.conversationId, assistantMessageId: null };
  expect(news).toMatchObject({ ownerId: ada.id, connectionIds: [one, two] });
  expect(news.replies).toMatchObject([{ ...state, status: "queued", attempt: 0, sequence: 0 }]);
  const claim = await claimReply(scene.database, ada.id, replyId);
  expect(claim).toMatchObject({
    news: { replies: [{ ...state, status: "in_progress", attempt: 1, sequence: 1 }] },
  });
  await closeConnection(scene.database, one);
  expect(await stored(ada, replyId, 0, "Yes.")).toMatchObject({ sequence: 2, connectionIds: [two] });
  const messageId = newId();
  const ending = { status: "completed" as const, messageId, content: "Yes.", finishReason: "stop", ...usage };
  const finished = await finishReply(scene.database, { ownerId: ada.id, replyId, attempt: 1 }, ending);
  const completed = { ...state, assistantMessageId: messageId, status: "completed", sequence: 3 };
  expect(finished).toMatchObject({ news: { connectionIds: [two], replies: [completed] } });
});

test("claim, flush and finish of a listener's reply are one statement each", async () => {
  const ada = await scene.person();
  await listen(ada);
  const { replyId } = await asked(ada);
  const statements: string[] = [];
  const counting = openDatabase(scene.url, { onStatement: (text) => statements.push(text) });
  const attempt = { ownerId: ada.id, replyId, attempt: 1 };
  await claimReply(counting, ada.id, replyId);
  await flushReply(counting, attempt, { saved: 0, delta: "Yes", noteIds: [], ...usage });
  const ending = { status: "completed" as const, messageId: newId(), content: "Yes.", finishReason: "stop" };
  await finishReply(counting, attempt, { ...ending, ...usage });
  expect(statements).toHaveLength(3);
  await counting.close();
});

test("every other ending is told too: cancelled, interrupted, failed, timed out, swept", async () => {
  const ada = await scene.person();
  await listen(ada);
  const first = await asked(ada);
  const statusesOf = ({ news }: { news: { replies: { id: string; status: string }[] } }) =>
    news.replies.map(({ id, status }) => [id, status]);
  const second = await ada.send({ onBusy: "interrupt" });
  const secondId = replyOf(second).id;
  expect(statusesOf(second as never)).toEqual([
    [first.replyId, "cancelled"],
    [secondId, "queued"],
  ]);
  const cancelled = await cancelReply(scene.database, ada.id, secondId);
  expect(statusesOf(cancelled as never)).toEqual([[secondId, "cancelled"]]);
  const repeated = await cancelReply(scene.database, ada.id, secondId);
  expect(statusesOf(repeated as never)).toEqual([]);
  const third = await asked(ada);
  const failure = { ownerId: ada.id, replyId: third.replyId, errorCode: "internal", errorMessage: "No." };
  expect(statusesOf((await failReply(scene.database, failure)) as never)).toEqual([
    [third.replyId, "failed"],
  ]);
  const late = `update replies set deadline_at = now() - interval '1 s' where finished_at is null and owner_id = '${ada.id}'`;
  const fourth = await asked(ada);
  await scene.rows(late);
  const expired = await claimReply(scene.database, ada.id, fourth.replyId);
  expect(statusesOf(expired as never)).toEqual([[fourth.replyId, "failed"]]);
  const fifth = await asked(ada);
  await scene.rows(late);
  const { ended } = await sweepReplies(scene.database, 10);
  expect(ended.map(statusesOf)).toEqual([[[fifth.replyId, "failed"]]]);
});

test("a reply is followed from any code point, by its owner alone", async () => {
  const ada = await scene.person();
  const connectionId = await listen(ada);
  const hers = await listen(eve);
  const { replyId } = await asked(ada);
  await claimReply(scene.database, ada.id, replyId);
  await stored(ada, replyId, 0, "Be🙂cause");
  const follow = (after: number) => followReply(scene.database, { connectionId, replyId, after });
  expect(await follow(3)).toMatchObject({
    outcome: "found",
    offset: 3,
    text: "cause",
    reply: { attempt: 1 },
  });
  expect(await follow(8)).toMatchObject({ offset: 8, text: "" });
  // More than there is was of an attempt before.
  expect(await follow(9)).toMatchObject({ offset: 0, text: "Be🙂cause" });
  const unknown = await followReply(scene.database, { connectionId: hers, replyId: newId(), after: 0 });
  expect(unknown).toEqual({ outcome: "not_found", ownerId: eve.id });
  expect(await followReply(scene.database, { connectionId: hers, replyId, after: 0 })).toEqual(unknown);
  const nobody = { connectionId: newId(), replyId, after: 0 };
  expect(await followReply(scene.database, nobody)).toEqual({ outcome: "closed" });
  const messageId = newId();
  const ending = {
    status: "completed" as const,
    messageId,
    content: "Be🙂cause.",
    finishReason: "stop",
    ...usage,
  };
  await finishReply(scene.database, { ownerId: ada.id, replyId, attempt: 1 }, ending);
  expect(await follow(8)).toMatchObject({ text: ".", reply: { status: "completed" } });
});

test("following waits for a flush under way, so that no text falls between them", async () => {
  const ada = await scene.person();
  const { replyId } = await asked(ada);
  await claimReply(scene.database, ada.id, replyId);
  const other = openDatabase(scene.url);
  const connectionId = newId();
  let followed: ReturnType<typeof followReply> | undefined;
  // A flush that has chosen its listeners and is not committed yet.
  await other.run(async ({ orm }) =>
    orm.transaction(async (transaction) => {
      const [flush] = await transaction.execute<{ heard: string[] }>(
        `update replies set partial_text = 'Yes' where id = '${replyId}' returning open_connections(owner_id) as heard`,
      );
      expect(flush?.heard).toEqual([]);
      await listen(ada, connectionId);
      followed = followReply(scene.database, { connectionId, replyId, after: 0 });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }),
  );
  expect(await followed).toMatchObject({ outcome: "found", text: "Yes" });
  await other.close();
});

test("a disabled user, a revoked key and a connection past its time hear nothing", async () => {
  const ada = await scene.person();
  const hash = "a".repeat(64);
  const apiKeyId = newId();
  const key = { ownerId: ada.id, apiKeyId, name: "k", hash, hint: "parley_x", scopes: ["read" as const] };
  await createApiKey(scene.database, { ...key, expiresAt: null });
  const [withToken, withKey, old] = [await listen(ada), await listen(ada, newId(), hash), await listen(ada)];
  await scene.rows(`update connections set expires_at = now() - interval '1 s' where id = '${old}'`);
  expect((await asked(ada)).news).toMatchObject({
    connectionIds: [withToken, withKey],
    endedConnectionIds: [old],
  });
  expect(await revokeApiKey(scene.database, eve.id, apiKeyId)).toBeUndefined();
  expect(await revokeApiKey(scene.database, ada.id, apiKeyId)).toEqual([withKey]);
  expect((await asked(ada)).news).toMatchObject({
    connectionIds: [withToken],
    endedConnectionIds: [withKey, old],
  });
  expect(await followReply(scene.database, { connectionId: withKey, replyId: newId(), after: 0 })).toEqual({
    outcome: "closed",
  });
  const { replyId } = await asked(ada);
  await scene.rows(`update users set disabled_at = now() where id = '${ada.id}'`);
  expect(await cancelReply(scene.database, ada.id, replyId)).toMatchObject({
    news: { connectionIds: [], endedConnectionIds: [withToken, withKey, old] },
  });
  expect(await purgeConnections(scene.database)).toEqual([old]);
});

test("a connection hears nothing beyond the end of its token, which comes before its own", async () => {
  const ada = await scene.person();
  const now = Date.now() / 1000;
  const [brief, long] = [
    await listen(ada, newId(), undefined, now + 0.3),
    await listen(ada, newId(), undefined, now + 86_400),
  ];
  expect((await asked(ada)).news).toMatchObject({ connectionIds: [brief, long], endedConnectionIds: [] });
  const [{ hours } = { hours: 0 }] = await scene.rows<{ hours: number }>(
    `select extract(epoch from expires_at - now())::float8 / 3600 as hours from connections where id = '${long}'`,
  );
  expect(hours).toBeCloseTo(2, 2);
  await new Promise((resolve) => setTimeout(resolve, 400));
  const { news, replyId } = await asked(ada);
  expect(news).toMatchObject({ connectionIds: [long], endedConnectionIds: [brief] });
  expect(await followReply(scene.database, { connectionId: brief, replyId, after: 0 })).toEqual({
    outcome: "closed",
  });
  // Another's end is not news of hers.
  expect((await asked(eve)).news.endedConnectionIds).toEqual([]);
});

const opening = (person: Person, change: { apiKeyHash?: string; expiresAt?: number } = {}) => ({
  ...{ ownerId: person.id, connectionId: newId(), apiKeyHash: undefined, expiresAt: undefined },
  ...change,
});
const olden = (person: Person) =>
  scene.rows(
    `update connections set created_at = created_at - interval '1 minute' where owner_id = '${person.id}'`,
  );

test("the eleventh connection displaces the oldest, and nobody removes another's, or one that still opens", async () => {
  const ada = await scene.person();
  const ids: string[] = [];
  for (let count = 0; count < 10; count++) ids.push(await listen(ada));
  await olden(ada);
  const eleventh = opening(ada);
  expect(await openConnection(scene.database, eleventh)).toEqual({ outcome: "opened", ended: [ids[0]] });
  // What could not be closed is named again.
  expect((await asked(ada)).news).toMatchObject({
    connectionIds: [...ids.slice(1), eleventh.connectionId],
    endedConnectionIds: [ids[0]],
  });
  await removeConnections(scene.database, eve.id, ids);
  expect((await asked(ada)).news.connectionIds).toHaveLength(10);
  await removeConnections(scene.database, ada.id, [...ids, eleventh.connectionId]);
  expect((await asked(ada)).news.connectionIds).toEqual([eleventh.connectionId]);
});

test("of 2 000 connections opened at once ten are let in, and others' users are not kept out", async () => {
  const ada = await scene.person();
  const environments = Array.from({ length: 10 }, () => openDatabase(scene.url));
  const outcomes = await Promise.all(
    Array.from({ length: 2_000 }, async (_, at) => {
      const { outcome } = await openConnection(environments[at % 10] ?? scene.database, opening(ada));
      return outcome;
    }),
  );
  expect(outcomes.filter((outcome) => outcome === "opened")).toHaveLength(10);
  expect(outcomes.filter((outcome) => outcome === "crowded")).toHaveLength(1_990);
  expect(await openConnection(scene.database, opening(eve))).toMatchObject({ outcome: "opened" });
  expect((await asked(ada)).news.connectionIds).toHaveLength(10);
  await Promise.all(environments.map((database) => database.close()));
});

test("nobody connects who is disabled or gone, or whose key or token has ended", async () => {
  const ada = await scene.person();
  const ended = opening(ada, { expiresAt: Date.now() / 1_000 - 1 });
  const withoutKey = opening(ada, { apiKeyHash: "b".repeat(64) });
  for (const refused of [ended, withoutKey, { ...opening(ada), ownerId: newId() }]) {
    expect(await openConnection(scene.database, refused)).toEqual({ outcome: "refused" });
  }
  const disabling = { adminId: eve.id, userId: ada.id, requestId: "q", disabled: true };
  const connectionId = await listen(ada);
  expect(await setDisabled(scene.database, disabling)).toMatchObject({ connectionIds: [connectionId] });
  // Repeating it closes what was not closed.
  expect(await setDisabled(scene.database, disabling)).toMatchObject({ connectionIds: [connectionId] });
  expect(await openConnection(scene.database, opening(ada))).toEqual({ outcome: "disabled" });
  expect(await setDisabled(scene.database, { ...disabling, disabled: false })).toMatchObject({
    connectionIds: [],
  });
});
