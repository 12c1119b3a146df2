import { afterAll, beforeAll, expect, test } from "vitest";
import { deleteConversation } from "./conversations.ts";
import { type Database, openDatabase } from "./database.ts";
import { newId } from "./ids.ts";
import { cancelReply } from "./replies.ts";
import { type Claim, claimReply, finishReply } from "./reply-jobs.ts";
import { createConversation } from "./send-message.ts";
import { openScene, type Person, replyOf, type Scene, unexplained } from "./testing/scene.fixture.ts";

let scene: Scene;
let workers: Database[];
beforeAll(async () => {
  scene = await openScene();
  workers = Array.from({ length: 6 }, () => openDatabase(scene.url));
});
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.close()));
  expect(await scene.rows(unexplained)).toEqual([]);
  await scene.close();
});

const maxRunning = 4;

/** A conversation of its own, so that nothing but the limit keeps its reply from running. */
async function ask(person: Person, change: Parameters<Person["send"]>[0] = {}) {
  const conversationId = newId();
  await createConversation(scene.database, { ownerId: person.id, conversationId });
  return person.send({ conversationId, ...change });
}

async function askMany(person: Person, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let each = 0; each < count; each++) ids.push(replyOf(await ask(person)).id);
  return ids;
}

function claimAll(person: Person, ids: readonly string[]): Promise<Claim[]> {
  return Promise.all(
    ids.map((id, index) =>
      claimReply(workers[index % workers.length] ?? scene.database, person.id, id, 30, maxRunning),
    ),
  );
}

const withOutcome = (ids: readonly string[], claims: readonly Claim[], outcome: Claim["outcome"]) =>
  ids.filter((_, index) => claims[index]?.outcome === outcome);

async function finish(person: Person, replyId: string) {
  const ending = {
    messageId: newId(),
    content: "Yes.",
    finishReason: "stop",
    inputTokens: 1,
    outputTokens: 1,
  };
  const attempt = { ownerId: person.id, replyId, attempt: 1 };
  const finished = await finishReply(scene.database, attempt, { status: "completed", ...ending });
  if (finished.outcome !== "finished") throw new Error("the reply was lost");
  return finished.nextReplyId;
}

test("of many replies of one user four run at once, and another's first goes before the fifth", async () => {
  const [ada, eve] = [await scene.person(10_000), await scene.person(10_000)];
  const ids = await askMany(ada, 12);
  const claims = await claimAll(ada, ids);
  expect(withOutcome(ids, claims, "claimed")).toHaveLength(4);
  expect(withOutcome(ids, claims, "no_slot")).toHaveLength(8);
  expect(await claimAll(eve, await askMany(eve, 1))).toMatchObject([{ outcome: "claimed" }]);
});

test("each ending sends the job of the reply that has waited longest, however it ends", async () => {
  const ada = await scene.person(10_000);
  const ids = await askMany(ada, 9);
  const claims = await claimAll(ada, ids);
  const [first = "", second = "", third = "", fourth = ""] = withOutcome(ids, claims, "claimed");
  const waiting = withOutcome(ids, claims, "no_slot");
  expect(await finish(ada, first)).toBe(waiting[0]);
  const cancelled = await cancelReply(scene.database, ada.id, second);
  expect(cancelled).toMatchObject({ outcome: "cancelled", nextReplyId: waiting[1] });
  expect(await cancelReply(scene.database, ada.id, second)).toMatchObject({ nextReplyId: null });
  const deleted = await deleteConversation(scene.database, {
    ownerId: ada.id,
    conversationId: claims[ids.indexOf(third)]?.outcome === "claimed" ? await conversationOf(third) : "",
    expectedVersion: undefined,
  });
  expect(deleted).toMatchObject({ outcome: "deleted", nextReplyId: waiting[2] });
  // Those whose jobs were sent run; the one for which there is no slot is the next again.
  expect((await claimAll(ada, waiting)).map(({ outcome }) => outcome).toSorted()).toEqual([
    ...Array(3).fill("claimed"),
    ...Array(2).fill("no_slot"),
  ]);
  expect(await finish(ada, fourth)).not.toBeNull();
});

async function conversationOf(replyId: string): Promise<string> {
  const [row] = await scene.rows<{ conversation_id: string }>(
    `select conversation_id from replies where id = '${replyId}'`,
  );
  return row?.conversation_id ?? "";
}

test("the reply that waits longest goes before the next of a conversation, which then waits for the next ending", async () => {
  const ada = await scene.person(10_000);
  const [first = "", ...others] = await askMany(ada, 6);
  const claims = await claimAll(ada, [first, ...others]);
  const [running = ""] = withOutcome([first, ...others], claims, "claimed");
  const [waiting = "", last = ""] = withOutcome([first, ...others], claims, "no_slot");
  const follower = replyOf(await ada.send({ conversationId: await conversationOf(running) })).id;
  expect(await finish(ada, running)).toBe(waiting);
  expect(await claimAll(ada, [waiting])).toMatchObject([{ outcome: "claimed" }]);
  expect(await finish(ada, waiting)).toBe(last);
  expect(await claimAll(ada, [last])).toMatchObject([{ outcome: "claimed" }]);
  expect(await finish(ada, last)).toBe(follower);
});

test("of claims and endings that race no slot is left over while a reply waits for it", async () => {
  const ada = await scene.person(100_000);
  const ids = await askMany(ada, 40);
  const ended = new Set<string>();
  const start = async (replyId: string, worker: number): Promise<void> => {
    const connection = workers[worker % workers.length] ?? scene.database;
    const claim = await claimReply(connection, ada.id, replyId, 30, maxRunning);
    if (claim.outcome !== "claimed") return;
    ended.add(replyId);
    const ending = { messageId: newId(), content: "Yes.", finishReason: "stop" };
    const attempt = { ownerId: ada.id, replyId, attempt: claim.reply.attempt };
    const finished = await finishReply(connection, attempt, { status: "completed", ...ending });
    if (finished.outcome === "finished" && finished.nextReplyId !== null) {
      await start(finished.nextReplyId, worker + 1);
    }
  };
  // Each job once, and then only those that endings send.
  await Promise.all(ids.map(start));
  expect(ended.size).toBe(ids.length);
});

test("a user has no more replies in flight than may run and wait, however many are sent at once", async () => {
  const [ada, eve] = [await scene.person(10_000), await scene.person(10_000)];
  const few = { maxRunning: 2, maxWaiting: 3 };
  const sent = await Promise.all(Array.from({ length: 12 }, () => ask(ada, few)));
  const accepted = sent.filter(({ outcome }) => outcome === "sent");
  expect(accepted).toHaveLength(5);
  expect(sent.filter(({ outcome }) => outcome === "limited")).toHaveLength(7);
  expect(await ask(ada, few)).toMatchObject({ policy: "replies", limit: 5, retryAfterSeconds: 5 });
  expect(await ask(eve, few)).toMatchObject({ outcome: "sent" });
  await cancelReply(scene.database, ada.id, replyOf(accepted[0] ?? { outcome: "not_found" }).id);
  expect(await ask(ada, few)).toMatchObject({ outcome: "sent" });
});
