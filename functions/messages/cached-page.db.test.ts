import { type Cache, createCache } from "@parley/cache/create-cache";
import type { messageRoutes } from "@parley/contract/routes/messages";
import { type Database, openDatabase } from "@parley/data/database";
import { newId } from "@parley/data/ids";
import { claimReply, finishReply } from "@parley/data/reply-jobs";
import { openScene, type Person, replyOf, type Scene } from "@parley/data/testing/scene.fixture";
import type { ApiRequest } from "@parley/http/api-types";
import { type RunningMomento, startMomento } from "@parley/local/momento/start-momento";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { listMessages } from "./list-messages.ts";

let scene: Scene;
let momento: RunningMomento;
let cache: Cache;
let database: Database;
let statements = 0;

beforeAll(async () => {
  scene = await openScene();
  momento = await startMomento({ cacheNames: ["parley"] });
  cache = createCache({
    endpoint: `${momento.hostname}:${momento.port}`,
    cacheName: "parley",
    timeoutMillis: 5_000,
  });
  cache.warm();
  await vi.waitFor(async () =>
    expect((await cache.readConversation("nobody", "none", "conversation")).generation).toBeDefined(),
  );
  database = openDatabase(scene.url, { onStatement: () => statements++ });
});
afterAll(async () => {
  cache.close();
  await Promise.all([database.close(), momento.close(), scene.close()]);
});

/** What the newest page says, and how many statements it took. */
async function read(userId: string, conversationId: string) {
  const query = { limit: 20, order: "desc", versions: "active", includeTotal: false };
  const request = { params: { conversationId }, query, caller: { userId }, path: "/" };
  const dependencies = { database, cache } as Parameters<typeof listMessages>[0];
  statements = 0;
  const page = await listMessages(dependencies)(
    request as ApiRequest<(typeof messageRoutes)["listMessages"]>,
  );
  const { data } = page.body as { data: { content: string }[] };
  return { contents: data.map(({ content }) => content), statements };
}

async function answer(person: Person, replyId: string, content: string): Promise<void> {
  await claimReply(scene.database, person.id, replyId);
  const ending = { status: "completed", messageId: newId(), content, finishReason: "stop" } as const;
  await finishReply(scene.database, { ownerId: person.id, replyId, attempt: 1 }, ending);
}

it("is not kept while the conversation is answered, so that nobody has to be told of the end", async () => {
  const [ada, eve] = [await scene.person(), await scene.person()];
  const { conversationId } = ada;
  expect(await read(ada.id, conversationId)).toEqual({ contents: [], statements: 1 });
  expect(await read(ada.id, conversationId)).toEqual({ contents: [], statements: 0 });
  const { id: replyId } = replyOf(await ada.send({ content: "Well?" }));
  await cache.conversationChanged(ada.id, conversationId);
  const running = { contents: ["Well?"], statements: 1 };
  expect(await read(ada.id, conversationId)).toEqual(running);
  expect(await read(ada.id, conversationId)).toEqual(running);
  await answer(ada, replyId, "Well.");
  const contents = ["Well.", "Well?"];
  expect(await read(ada.id, conversationId)).toEqual({ contents, statements: 1 });
  expect(await read(ada.id, conversationId)).toEqual({ contents, statements: 0 });
  await expect(read(eve.id, conversationId)).rejects.toMatchObject({ type: "not-found" });
});
