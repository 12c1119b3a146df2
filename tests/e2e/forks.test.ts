import { expect, test } from "vitest";
import { ask, ended, etagOf, signUp } from "./client.ts";

test("a fork goes on from an older message with another question, and leaves the conversation as it is", async () => {
  const [ada, eve] = await Promise.all([signUp(), signUp()]);
  const first = { content: "One", metadata: {} };
  const { conversation, reply } = await ada.expect("createConversation", 202, {
    body: { systemPrompt: "Count.", metadata: { a: 1 }, message: first },
  });
  await ended(ada, reply.id);
  const params = { conversationId: conversation.id };
  const two = await ask(ada, conversation.id, "Two");
  await ended(ada, two.reply.id);
  const before = await ada.expect("listMessages", 200, { params });
  const body = { messageId: two.message.id, message: { content: "Zwei" } };
  const request = { params, body, headers: { "idempotency-key": "fork" } };
  const forked = await ada.send("forkConversation", request);
  expect(forked.status).toBe(202);
  const made = forked.body as Awaited<ReturnType<typeof ask>> & { conversation: typeof conversation };
  expect(forked.headers.get("location")).toBe(`/v1/replies/${made.reply.id}`);
  expect(made.conversation).toMatchObject({
    title: "One",
    systemPrompt: "Count.",
    metadata: { a: 1 },
    messageCount: 3,
    activeReplyId: made.reply.id,
    forkedFrom: { conversationId: conversation.id, messageId: two.message.id },
  });
  expect(await ended(ada, made.reply.id)).toMatchObject({ partialText: "Echo: Zwei" });
  const again = await ada.send("forkConversation", request);
  expect([again.text, again.headers.get("idempotent-replayed")]).toEqual([forked.text, "true"]);
  const there = { conversationId: made.conversation.id };
  const { data } = await ada.expect("listMessages", 200, { params: there });
  expect(data.map(({ content }) => content).toReversed()).toEqual(["One", "Echo: One", "Zwei", "Echo: Zwei"]);
  expect(await ada.expect("listMessages", 200, { params })).toEqual(before);

  const plain = { params, body: { messageId: two.message.id, include: true } };
  const copied = await ada.send("forkConversation", plain);
  expect(copied.status).toBe(201);
  const plainFork = copied.body as typeof conversation;
  const read = await ada.send("getConversation", { params: { conversationId: plainFork.id } });
  expect([read.text, etagOf(read)]).toEqual([copied.text, etagOf(copied)]);
  await eve.refused("forkConversation", 404, plain);
  const unknown = { messageId: two.message.id, message: { content: "Hi", model: "scripted/no-such" } };
  const refused = await ada.refused("forkConversation", 400, { params, body: unknown });
  expect(refused.errors?.[0]?.path).toBe("body.message.model");
});

test("a conversation says when it expires, which moves with each change", async () => {
  const ada = await signUp();
  const day = 86_400_000;
  const made = await ada.expect("createConversation", 201, { body: { expiresInDays: 7 } });
  expect(Date.parse(String(made.expiresAt)) - Date.parse(made.updatedAt)).toBe(7 * day);
  const params = { conversationId: made.id };
  const shorter = await ada.expect("updateConversation", 200, { params, body: { expiresInDays: 1 } });
  expect(Date.parse(String(shorter.expiresAt)) - Date.parse(shorter.updatedAt)).toBe(day);
  const kept = await ada.expect("updateConversation", 200, { params, body: { expiresInDays: null } });
  expect([kept.expiresInDays, kept.expiresAt]).toEqual([null, null]);
  for (const expiresInDays of [0, 1.5, 3_651, "7"]) {
    await ada.refused("createConversation", 400, { body: { expiresInDays } });
  }
});
