import { createCache } from "@parley/cache/create-cache";
import { messageRoutes } from "@parley/contract/routes/messages";
import { type Database, openDatabase } from "@parley/data/database";
import { newId } from "@parley/data/ids";
import { createConversation } from "@parley/data/send-message";
import { resolveUser } from "@parley/data/users";
import { createTestDatabase, type TestDatabase } from "@parley/embedded-postgres/test-database";
import { createApi } from "@parley/http/create-api";
import { captureLog } from "@parley/http/testing/capture-log";
import { eventFor, send } from "@parley/http/testing/send";
import { createEmbeddingQueue } from "@parley/jobs/embedding-queue";
import { availableModels } from "@parley/llm/models";
import { createRealtime } from "@parley/realtime/create-realtime";
import type { AskingDependencies } from "@parley/sending/asking";
import { offeredModels } from "@parley/sending/models";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { listMessages } from "./list-messages.ts";
import { sendMessage } from "./send-message.ts";

let testDatabase: TestDatabase;
let database: Database;
let statements: string[] = [];
const enqueued: string[] = [];
const conversationId = newId();

captureLog();

async function userOf(sub: string): Promise<string> {
  const resolution = await resolveUser(database, { sub }, 4_000);
  if (resolution.outcome !== "active") throw new Error(`${sub} is ${resolution.outcome}.`);
  return resolution.user.id;
}

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = openDatabase(testDatabase.url, { onStatement: (text) => statements.push(text) });
  await createConversation(database, { ownerId: await userOf("ada"), conversationId });
});

afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

beforeEach(() => {
  statements = [];
});

async function call(sub: "ada" | "eve", route: "sendMessage" | "listMessages", body?: object) {
  const userId = await userOf(sub);
  const catalog = availableModels({ includeScripted: true });
  const dependencies: AskingDependencies = {
    database,
    cache: createCache({ cacheName: "none" }),
    queue: {
      enqueueReply: async ({ replyId }) => enqueued.push(replyId) > 0,
      warm: () => {},
    },
    realtime: createRealtime({ callbackUrl: undefined, removeConnections: async () => {} }),
    asking: {
      catalog,
      terms: {
        ...offeredModels(catalog, undefined),
        ratePerSecond: 0,
        rateBurst: 1,
        ratePerMinute: 0,
        deadlineSeconds: 600,
      },
    },
  };
  const { sendMessage: sending, listMessages: listing } = messageRoutes;
  const api = createApi({
    routes: { sendMessage: sending, listMessages: listing },
    operations: {
      sendMessage: sendMessage({ ...dependencies, embeddings: createEmbeddingQueue(undefined) }),
      listMessages: listMessages(dependencies),
    },
    resolveCaller: async () => ({ outcome: "active", user: { id: userId } }),
    apiRatePerSecond: 0,
  });
  const { method, path } = messageRoutes[route];
  statements = [];
  return send(
    api,
    eventFor(`${method} ${path}`, {
      pathParameters: { conversationId },
      ...(body && { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    }),
  );
}

it("sends a message with one statement, and its job", async () => {
  const answer = await call("ada", "sendMessage", { content: "Hello" });
  expect([answer.status, statements.length]).toEqual([202, 1]);
  const { reply } = answer.body as { reply: { id: string } };
  expect(enqueued).toEqual([reply.id]);
});

it("refuses another user's message with one statement, and sends no job", async () => {
  const before = enqueued.length;
  const answer = await call("eve", "sendMessage", { content: "Hello" });
  expect([answer.status, statements.length, enqueued.length]).toEqual([404, 1, before]);
});

it("reads a page with one statement, another user's too", async () => {
  expect([(await call("ada", "listMessages")).status, statements.length]).toEqual([200, 1]);
  expect([(await call("eve", "listMessages")).status, statements.length]).toEqual([404, 1]);
});
