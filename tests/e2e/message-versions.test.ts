import { expect, it } from "vitest";
import { ask, ended, signUp, startConversation, type User } from "./client.ts";

type Query = Record<string, string | number>;

const page = (user: User, conversationId: string, query: Query) =>
  user.expect("listMessages", 200, { params: { conversationId }, query: { versions: "all", ...query } });

/** The ids of a list that is read page by page. */
async function idsOf(user: User, conversationId: string, query: Query) {
  const ids: string[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const { data, nextCursor } = await page(user, conversationId, { ...query, ...(cursor && { cursor }) });
    ids.push(...data.map(({ id }) => id));
    cursor = nextCursor;
  }
  return ids;
}

/** A question with answers of several attempts, and another question: the ids in the order they were made. */
async function talk(user: User): Promise<{ conversationId: string; ids: string[] }> {
  const conversationId = await startConversation(user);
  const { message, reply } = await ask(user, conversationId, "Hello");
  const ids = [message.id, String((await ended(user, reply.id)).assistantMessageId)];
  const params = { conversationId, messageId: message.id };
  for (let times = 0; times < 5; times++) {
    const again = await user.expect("askAgain", 202, { params });
    ids.push(String((await ended(user, again.reply.id)).assistantMessageId));
  }
  const next = await ask(user, conversationId, "And now?");
  return {
    conversationId,
    ids: [...ids, next.message.id, String((await ended(user, next.reply.id)).assistantMessageId)],
  };
}

it("the versions of a message are listed in the order they were made, whatever the page", async () => {
  const [ada, eve] = await Promise.all([signUp(), signUp()]);
  const [{ conversationId, ids }, other] = await Promise.all([talk(ada), talk(eve)]);
  const backwards = ids.toReversed();
  for (const limit of [1, 2, 3, 20]) {
    expect(await idsOf(ada, conversationId, { order: "asc", limit })).toEqual(ids);
    expect(await idsOf(ada, conversationId, { order: "desc", limit })).toEqual(backwards);
  }
  const active = [...ids.slice(0, 1), ...ids.slice(6)];
  expect(await idsOf(ada, conversationId, { order: "asc", limit: 1, versions: "active" })).toEqual(active);
  const answers = await page(ada, conversationId, { order: "asc", role: "assistant" });
  expect(answers.data.map(({ isActive }) => isActive)).toEqual([
    false,
    false,
    false,
    false,
    false,
    true,
    true,
  ]);

  const query = { versions: "all", order: "asc", limit: 1 };
  const { nextCursor } = await page(ada, conversationId, query);
  const cursor = String(nextCursor);
  await eve.refused("listMessages", 404, { params: { conversationId }, query: { ...query, cursor } });
  const elsewhere = { params: { conversationId: other.conversationId }, query: { ...query, cursor } };
  await eve.refused("listMessages", 400, elsewhere);
  for (const change of [{ order: "desc" }, { versions: "active" }]) {
    await ada.refused("listMessages", 400, {
      params: { conversationId },
      query: { ...query, cursor, ...change },
    });
  }
});

it("a message shows the reply that wrote it, and which version it is, wherever it is read", async () => {
  const [ada, eve] = await Promise.all([signUp(), signUp()]);
  const conversationId = await startConversation(ada);
  const asked = await ask(ada, conversationId, "Hello");
  const latest = { id: asked.reply.id, status: "queued" };
  expect(asked.message.reply).toEqual(latest);
  const first = await ended(ada, asked.reply.id);
  const question = { conversationId, messageId: asked.message.id };
  const again = await ada.expect("askAgain", 202, { params: question, body: { model: "scripted/demo" } });
  expect(again.message.reply).toEqual({ ...latest, id: again.reply.id });
  const second = await ended(ada, again.reply.id);
  const imported = await ada.expect("sendMessage", 201, {
    params: { conversationId },
    body: { role: "assistant", content: "From elsewhere" },
  });
  expect(imported.message.reply).toBeNull();

  const written = (
    { id, status, model, finishReason, usage, tokensCharged, error }: typeof first,
    index: number,
  ) => ({
    ...{ id, status, model, finishReason, usage, tokensCharged, error, hasReasoning: false },
    version: { index, count: 2 },
  });
  const shown = [{ id: second.id, status: "completed" }, written(first, 1), written(second, 2), null];
  const { data } = await page(ada, conversationId, { order: "asc" });
  expect(data.map(({ reply }) => reply)).toEqual(shown);
  // The page that is cached.
  const newest = await ada.expect("listMessages", 200, { params: { conversationId } });
  expect(newest.data.map(({ reply }) => reply)).toEqual([shown[3], shown[2], shown[0]]);
  for (const message of data) {
    const params = { conversationId, messageId: message.id };
    expect(await ada.expect("getMessage", 200, { params })).toEqual(message);
    await eve.refused("getMessage", 404, { params });
  }
  const body = { content: "Hello again" };
  const edited = await ada.expect("editMessage", 200, { params: question, body });
  expect(edited).toEqual(await ada.expect("getMessage", 200, { params: question }));
});

it("a message's ETag changes with its reply", async () => {
  const ada = await signUp();
  const conversationId = await startConversation(ada, { model: "scripted/slow" });
  const { message, reply } = await ask(ada, conversationId, "Slowly");
  const params = { conversationId, messageId: message.id };
  const read = (headers = {}) => ada.send("getMessage", { params, headers });
  const seen = String((await read()).headers.get("etag"));
  await ada.expect("cancelReply", 200, { params: { replyId: reply.id } });
  const fresh = await read({ "if-none-match": seen });
  expect(fresh.body).toMatchObject({ reply: { id: reply.id, status: "cancelled" } });
  const headers = { "if-match": String(fresh.headers.get("etag")) };
  expect((await read({ "if-none-match": headers["if-match"] })).status).toBe(304);
  const change = { params, body: { content: "Quickly" } };
  await ada.refused("editMessage", 412, { ...change, headers: { "if-match": seen } });
  await ada.expect("editMessage", 200, { ...change, headers });
});
