import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { getConversation, listConversations } from "./conversations.ts";
import { type Database, openDatabase } from "./database.ts";
import { newId } from "./ids.ts";
import { listMessages } from "./messages.ts";
import { getReply, listReplies } from "./replies.ts";
import { flushReply } from "./reply-attempts.ts";
import { claimReply, finishReply } from "./reply-jobs.ts";
import { openScene, type Person, replyOf, type Scene } from "./testing/scene.fixture.ts";

let scene: Scene;
let database: Database;
let ada: Person;
let eve: Person;
let statements: string[] = [];

beforeAll(async () => {
  scene = await openScene();
  database = openDatabase(scene.url, { onStatement: (text) => statements.push(text) });
  [ada, eve] = [await scene.person(), await scene.person()];
});

afterAll(async () => {
  await database.close();
  await scene.close();
});

beforeEach(() => {
  statements = [];
});

const page = { order: "desc", limit: 20 } as const;

test("claim, flush and finish are one statement each, for another user's reply too", async () => {
  const { id: replyId } = replyOf(await ada.send());
  expect(await claimReply(database, eve.id, replyId)).toEqual({ outcome: "missing" });
  const claim = await claimReply(database, ada.id, replyId);
  if (claim.outcome !== "claimed") throw new Error(claim.outcome);
  expect(statements).toHaveLength(2);
  const attempt = { ownerId: ada.id, replyId, attempt: claim.reply.attempt };
  const progress = { saved: 0, delta: "Hi", inputTokens: 1, outputTokens: 1, noteIds: [] };
  expect(await flushReply(database, { ...attempt, ownerId: eve.id }, progress)).toBeUndefined();
  expect(await flushReply(database, attempt, progress)).toBeDefined();
  expect(statements).toHaveLength(4);
  const ending = { status: "completed", messageId: newId(), content: "Hi.", finishReason: "stop" } as const;
  expect(await finishReply(database, { ...attempt, ownerId: eve.id }, ending)).toEqual({ outcome: "lost" });
  expect((await finishReply(database, attempt, ending)).outcome).toBe("finished");
  expect(statements).toHaveLength(6);
});

test("each hot read is one statement, the same one the second time", async () => {
  const { id: replyId } = replyOf(await ada.send());
  const reads = {
    page: (person: Person) =>
      listMessages(database, person.id, ada.conversationId, { ...page, versions: "active" }),
    conversation: (person: Person) => getConversation(database, person.id, ada.conversationId),
    list: (person: Person) => listConversations(database, person.id, { ...page, sort: "updatedAt" }),
    poll: (person: Person) => getReply(database, person.id, replyId),
    replies: (person: Person) => listReplies(database, person.id, ada.conversationId, page),
  };
  for (const [name, read] of Object.entries(reads)) {
    statements = [];
    await read(ada);
    await read(eve);
    expect([name, statements.length, new Set(statements).size]).toEqual([name, 2, 1]);
  }
  expect(await reads.page(eve)).toBeUndefined();
  expect(await reads.poll(eve)).toBeUndefined();
  expect(await reads.replies(eve)).toBeUndefined();
  expect((await reads.replies(ada))?.map(({ id }) => id)).toContain(replyId);
});

test("a page with a cursor keeps to its own statement and its own values", async () => {
  const list = async (limit: number, after?: { key: number; id: string }) =>
    (
      await listMessages(database, ada.id, ada.conversationId, {
        order: "asc",
        versions: "all",
        limit,
        after,
      })
    )?.rows;
  const [first, second] = (await list(2)) ?? [];
  if (first === undefined || second === undefined) throw new Error("there are two messages by now");
  expect((await list(1))?.map(({ id }) => id)).toEqual([first.id]);
  expect((await list(1, { key: first.position, id: first.id }))?.map(({ id }) => id)).toEqual([second.id]);
  expect((await list(1))?.map(({ id }) => id)).toEqual([first.id]);
});
