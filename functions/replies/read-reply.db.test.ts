import { createCache } from "@parley/cache/create-cache";
import { type Database, openDatabase } from "@parley/data/database";
import { newId } from "@parley/data/ids";
import { flushReply } from "@parley/data/reply-attempts";
import { claimReply, finishReply } from "@parley/data/reply-jobs";
import { createConversation } from "@parley/data/send-message";
import { resolveUser } from "@parley/data/users";
import { createTestDatabase, type TestDatabase } from "@parley/embedded-postgres/test-database";
import { captureLog } from "@parley/http/testing/capture-log";
import { createRealtime } from "@parley/realtime/create-realtime";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type ReadingDependencies, readReply } from "./read-reply.ts";

let testDatabase: TestDatabase;
let database: Database;
let dependencies: ReadingDependencies;
let statements: string[] = [];
let enqueued: string[] = [];
let ada: string;
let eve: string;
let replyId: string;

captureLog();

async function userOf(sub: string): Promise<string> {
  const resolution = await resolveUser(database, { sub }, 4_000);
  if (resolution.outcome !== "active") throw new Error(`${sub} is ${resolution.outcome}.`);
  return resolution.user.id;
}

const noLimits = { ratePerSecond: 0, rateBurst: 1, ratePerMinute: 0, deadlineSeconds: 600 };
const terms = { contextTokens: 1_000, maxOutputTokens: 100, priceFlat: 100 };

async function ask(ownerId: string): Promise<string> {
  const replyId = newId();
  const asked = await createConversation(database, {
    ownerId,
    conversationId: newId(),
    first: {
      role: "user",
      ...noLimits,
      models: { "scripted/echo": terms },
      defaultModel: "scripted/echo",
      ownerId,
      messageId: newId(),
      replyId,
      content: "Hello",
      onBusy: "enqueue",
    },
  });
  if (asked.outcome !== "created") throw new Error(`Asking was ${asked.outcome}.`);
  return replyId;
}

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = openDatabase(testDatabase.url, { onStatement: (text) => statements.push(text) });
  [ada, eve] = [await userOf("ada"), await userOf("eve")];
  dependencies = {
    database,
    cache: createCache({ cacheName: "none" }),
    queue: {
      enqueueReply: async (target) => enqueued.push(target.replyId) > 0,
      warm: () => {},
    },
    realtime: createRealtime({ callbackUrl: undefined, removeConnections: async () => {} }),
    patienceSeconds: 30,
  };
});

afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

beforeEach(async () => {
  replyId = await ask(ada);
  statements = [];
  enqueued = [];
});

const age = (seconds: number) =>
  database.run(async ({ orm }) =>
    orm.execute(`update replies set enqueued_at = now() - interval '${seconds} s' where id = '${replyId}'`),
  );

it("takes one statement, and gives another user nothing", async () => {
  expect(await readReply(dependencies, ada, replyId, "request-1")).toMatchObject({
    reply: { status: "queued" },
  });
  expect(await readReply(dependencies, eve, replyId, "request-1")).toBeUndefined();
  expect([statements.length, enqueued]).toEqual([2, []]);
});

it("sends the job again once when it seems to be lost", async () => {
  await age(31);
  await Promise.all(Array.from({ length: 4 }, () => readReply(dependencies, ada, replyId, "request-1")));
  expect(enqueued).toEqual([replyId]);
});

it("sends nothing for another user", async () => {
  await age(31);
  await readReply(dependencies, eve, replyId, "request-1");
  expect(enqueued).toEqual([]);
});

it("asks no database for a running reply that is cached for this user", async () => {
  const running = await readReply(dependencies, ada, replyId, "request-1");
  if (running === undefined) throw new Error("The reply was not found.");
  const reply = { ...running.reply, status: "in_progress", partialText: "So far" };
  const cached = {
    ...dependencies,
    cache: {
      ...dependencies.cache,
      readReply: async <T>(ownerId: string) =>
        ownerId === ada ? { reply: reply as T, attempt: 1, sequence: 4 } : undefined,
    },
  };
  statements = [];
  const seen = await readReply(cached, ada, replyId, "request-1");
  expect(seen).toEqual({ reply, etag: "1-4-in_progress-0" });
  expect(statements).toEqual([]);
  expect(await readReply(cached, eve, replyId, "request-1")).toBeUndefined();
});

it("looks in the cache for a reply that was saved while it runs, or that the caller has seen run", async () => {
  const asked: unknown[] = [];
  const watched = {
    ...dependencies,
    cache: {
      ...dependencies.cache,
      readReply: async (_ownerId: string, _replyId: string, hasSeenItRun?: boolean) =>
        void asked.push(hasSeenItRun),
      replyRuns: (ownerId: string, id: string) => void asked.push([ownerId, id]),
    },
  };
  const read = async (owner: string, hasSeenItRun?: boolean) => {
    asked.length = 0;
    await readReply(watched, owner, replyId, "request-1", hasSeenItRun);
    return [...asked];
  };
  expect(await read(ada)).toEqual([false]);
  const claim = await claimReply(database, ada, replyId);
  if (claim.outcome !== "claimed") throw new Error(`The claim was ${claim.outcome}.`);
  const { attempt } = claim.reply;
  expect(await read(ada, true)).toEqual([true]);
  const progress = { saved: 0, delta: "So far", inputTokens: 1, outputTokens: 1, noteIds: [] };
  await flushReply(database, { ownerId: ada, replyId, attempt }, progress);
  expect(await read(eve)).toEqual([false]);
  expect(await read(ada)).toEqual([false, [ada, replyId]]);
  const ending = { messageId: newId(), content: "All of it", finishReason: "stop" };
  await finishReply(database, { ownerId: ada, replyId, attempt }, { status: "completed", ...ending });
  expect(await read(ada)).toEqual([false]);
});
