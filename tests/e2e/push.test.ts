import { setTimeout as sleep } from "node:timers/promises";
import type { PushEvent } from "@parley/contract/schemas/push";
import { openDatabase } from "@parley/data/database";
import { afterAll, expect, inject, test } from "vitest";
import { ask, ended, signUp, startConversation, type User } from "./client.ts";
import { endOf, type Listener, listen } from "./listener.ts";

const database = openDatabase(inject("stack").databaseUrl);
afterAll(() => database.close());

const eve = await signUp();
const overhearing = await listen(eve.token);

async function slowReply(user: User, content = "Hello") {
  const conversationId = await startConversation(user, { model: "scripted/slow" });
  const { reply } = await ask(user, conversationId, content);
  return { conversationId, replyId: reply.id };
}

const typesOf = (listener: Listener, replyId: string) =>
  listener.events.filter((event) => "replyId" in event && event.replyId === replyId).map(({ type }) => type);

const isDelta =
  (replyId: string, beyond = 0) =>
  (event: PushEvent) =>
    event.type === "reply.delta" && event.replyId === replyId && event.offset >= beyond;

async function connectionsOf(user: User): Promise<string[]> {
  const rows = await database.run(async ({ orm }) =>
    orm.execute<{ id: string }>(
      `select c.id from connections c join users u on u.id = c.owner_id and u.email = '${user.email}'`,
    ),
  );
  return rows.map(({ id }) => id);
}

test.concurrent("who only listens ends with the text of who only polls", async () => {
  const ada = await signUp();
  const listener = await listen(ada.token);
  const { replyId, conversationId } = await slowReply(ada);
  const polled = await ended(ada, replyId);
  const end = await listener.next(endOf(replyId));
  expect(polled.status).toBe("completed");
  expect(polled.partialText.length).toBeGreaterThan(20);
  expect(listener.textOf(replyId)).toBe(polled.partialText);
  expect(end).toMatchObject({
    type: "reply.completed",
    conversationId,
    messageId: polled.messageId,
    assistantMessageId: polled.assistantMessageId,
    status: "completed",
  });
  expect(JSON.stringify(end)).not.toContain(polled.partialText.slice(0, 20));
  const types = typesOf(listener, replyId);
  expect(new Set(types)).toEqual(
    new Set(["reply.queued", "reply.started", "reply.delta", "reply.completed"]),
  );
  expect(types.indexOf("reply.started")).toBeLessThan(types.indexOf("reply.delta"));
  expect(types.at(-1)).toBe("reply.completed");
  const times = listener.deltaTimes(replyId);
  for (const [index, time] of times.entries())
    expect((times[index + 10] ?? time + 1_000) - time).toBeGreaterThan(900);
  const sequences = listener.events.flatMap((event) =>
    event.type === "reply.delta" ? [event.sequence] : [],
  );
  expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
  listener.close();
});

test.concurrent("a long answer comes in pieces of at most 16 KB, whatever its characters", async () => {
  const ada = await signUp();
  const listener = await listen(ada.token);
  const conversationId = await startConversation(ada);
  const content = `"${"🙂\n".repeat(12_000)}"`;
  const { reply } = await ask(ada, conversationId, content);
  const polled = await ended(ada, reply.id);
  await listener.next(endOf(reply.id));
  expect(listener.textOf(reply.id)).toBe(polled.partialText);
  expect(polled.partialText).toContain(content);
  const sizes = listener.events.map((event) => Buffer.byteLength(JSON.stringify(event)));
  expect(Math.max(...sizes)).toBeLessThanOrEqual(16 * 1024);
  listener.close();
});

test.concurrent("after a dropped connection the rest comes without a gap", async () => {
  const ada = await signUp();
  const first = await listen(ada.token);
  const { replyId } = await slowReply(ada);
  await first.next(isDelta(replyId, 10));
  first.close();
  const had = first.textOf(replyId);
  // Something is stored meanwhile that nobody hears.
  await sleep(1_200);
  const second = await listen(ada.token, { replyId, text: had });
  const after = Array.from(had).length;
  second.send({ action: "subscribe", replyId, after });
  const polled = await ended(ada, replyId);
  await second.next(endOf(replyId));
  expect(second.textOf(replyId)).toBe(polled.partialText);
  const offsets = second.events.flatMap((event) => (event.type === "reply.delta" ? [event.offset] : []));
  expect(offsets).toContain(after);
  // Nothing that it had is sent again.
  expect(Math.min(...offsets)).toBe(after);
  // Whoever comes when all is over gets all of it.
  const third = await listen(ada.token);
  third.send({ action: "subscribe", replyId });
  await third.next(endOf(replyId));
  expect(third.textOf(replyId)).toBe(polled.partialText);
  for (const listener of [second, third]) listener.close();
});

test.concurrent("a cancel is told, and the text is what was stored", async () => {
  const ada = await signUp();
  const listener = await listen(ada.token);
  const { replyId } = await slowReply(ada);
  await listener.next(isDelta(replyId));
  const cancelled = await ada.expect("cancelReply", 200, { params: { replyId } });
  expect(await listener.next(endOf(replyId))).toMatchObject({
    type: "reply.cancelled",
    assistantMessageId: cancelled.assistantMessageId,
  });
  // The worker may have stored a piece just before, whose delta is still on its way.
  await sleep(1_000);
  expect(listener.textOf(replyId)).toBe(cancelled.partialText);
  expect(typesOf(listener, replyId).filter((type) => type === "reply.cancelled")).toHaveLength(1);
  listener.close();
});

test.concurrent("what a conversation is called, archived and deleted is told to its owner's other pages", async () => {
  const ada = await signUp();
  const listener = await listen(ada.token);
  const { id } = await ada.expect("createConversation", 201, { body: {} });
  const params = { conversationId: id };
  await ask(ada, id, "# What is a *lease*?");
  await ada.expect("updateConversation", 200, { params, body: { title: "Leases" } });
  await ada.expect("updateConversation", 200, { params, body: { description: "Not told" } });
  await ada.expect("updateConversation", 200, { params, body: { status: "archived" } });
  await ada.expect("deleteConversation", 204, { params });
  await ada.expect("restoreConversation", 200, { params });
  const told = (count: number) => () => changes().length >= count;
  const changes = () =>
    listener.events.flatMap((event) => {
      if (event.type !== "conversation.updated") return [];
      const { conversationId, title, titleSource, status } = event;
      return [[conversationId, title, titleSource, status]];
    });
  await listener.next(told(5));
  expect(changes()).toEqual([
    [id, "What is a lease?", "first_message", "active"],
    [id, "Leases", "user", "active"],
    [id, "Leases", "user", "archived"],
    [id, "Leases", "user", "deleted"],
    [id, "Leases", "user", "archived"],
  ]);
  listener.close();
});

test.concurrent("another's reply is an unknown one, and nothing of another's is ever sent", async () => {
  const ada = await signUp();
  const { replyId } = await slowReply(ada);
  overhearing.send({ action: "subscribe", replyId, after: 0 });
  const unknownId = "tz4a98xxat96iws9zmbrgj3a";
  overhearing.send({ action: "subscribe", replyId: unknownId, after: 0 });
  const refusalOf = (id: string) => (event: PushEvent) => event.type === "error" && event.replyId === id;
  const hers = JSON.stringify(await overhearing.next(refusalOf(replyId)));
  const unknown = JSON.stringify(await overhearing.next(refusalOf(unknownId)));
  const plain = (text: string) => text.replace(/"instance":"[^"]+"/, "").replace(/"replyId":"[^"]+"/, "");
  expect(plain(hers)).toBe(plain(unknown));
  expect(hers).toContain("/problems/not-found");
  await ended(ada, replyId);
  await sleep(300);
  expect(overhearing.events.filter(({ type }) => type !== "error")).toEqual([]);
});

const someId = "tz4a98xxat96iws9zmbrgj3a";
const about = { action: "subscribe", replyId: someId };

test.each<[string, string, string, string, object?]>([
  ["nothing", "", "message", "must not be empty"],
  ["not JSON", "{", "message", "is not valid JSON"],
  ["no object", "[]", "message", "must be an object"],
  ["no action", "{}", "message.action", "must be ping or subscribe"],
  ["an unknown action", '{"action":"toString"}', "message.action", "must be ping or subscribe"],
  ["a field too many", '{"action":"ping","admin":true}', "message.admin", "is not a known field"],
  [
    "a key that reaches a prototype",
    '{"action":"ping","__proto__":{}}',
    "message",
    'has the key "__proto__", which is not allowed',
  ],
  ["no replyId", '{"action":"subscribe"}', "message.replyId", "is required"],
  [
    "a malformed replyId",
    '{"action":"subscribe","replyId":"../x"}',
    "message.replyId",
    "must be an id of 24 lower-case letters and digits",
  ],
  ["a negative after", JSON.stringify({ ...about, after: -1 }), "message.after", "must be at least 0", about],
  ["a fraction", JSON.stringify({ ...about, after: 0.5 }), "message.after", "must be a whole number", about],
])(
  "%s is answered by an error that says so, and the connection goes on",
  async (_, sent, path, message, subject) => {
    const listener = await listen(eve.token);
    listener.send(sent);
    const answer = await listener.next(({ type }) => type === "error");
    const error = { type: "/problems/validation", status: 400, errors: [{ path, message }] };
    expect(answer).toEqual({ type: "error", ...subject, error: expect.objectContaining(error) });
    listener.send({ action: "ping" });
    expect(await listener.next(({ type }) => type === "pong")).toEqual({ type: "pong" });
    listener.close();
  },
);

test("a request about a reply that is refused says about which, to whoever sent it alone", async () => {
  const ada = await signUp();
  const { reply } = await ask(ada, await startConversation(ada), "Hello");
  const replyId = reply.id;
  const hers = await listen(ada.token);
  const before = overhearing.events.length;
  hers.send({ action: "subscribe", replyId, after: "0" });
  expect(await hers.next(({ type }) => type === "error")).toMatchObject({
    action: "subscribe",
    replyId,
    error: { errors: [{ path: "message.after", message: "must be a number" }] },
  });
  await ended(ada, replyId);
  expect(overhearing.events.slice(before)).toEqual([]);
  hers.close();
});

test.each([
  ["no token", ""],
  ["a false one", "eyJhbGciOiJub25lIn0.e30."],
  ["a key that there is not", "parley_0000000000000000000000000000000000000000000_000000"],
])("%s cannot connect", async (_, token) => {
  await expect(listen(token)).rejects.toThrow("refused");
});

test("a frame over 32 KB and a message over 128 KB end the connection", async () => {
  const listener = await listen(eve.token);
  listener.send("x".repeat(33 * 1024));
  expect(await listener.closed).toBe(1009);
});

test("a connection that is gone is forgotten, and no reply waits for it", async () => {
  const ada = await signUp();
  const listener = await listen(ada.token);
  await database.run(async ({ orm }) =>
    orm.execute(`insert into connections (id, owner_id, expires_at, created_at)
      select 'gone-' || id, id, now() + interval '1 hour', now() - interval '1 minute' from users where email = '${ada.email}'`),
  );
  expect(await connectionsOf(ada)).toHaveLength(2);
  const conversationId = await startConversation(ada);
  const { reply } = await ask(ada, conversationId, "Hello");
  await listener.next(endOf(reply.id));
  expect(listener.textOf(reply.id)).toContain("Hello");
  expect(await connectionsOf(ada)).toHaveLength(1);
  listener.close();
  await expect.poll(() => connectionsOf(ada)).toEqual([]);
});

test("the eleventh connection closes the first, once that is half a minute old", async () => {
  const ada = await signUp();
  const listeners: Listener[] = [];
  for (let count = 0; count < 10; count++) listeners.push(await listen(ada.token));
  await expect(listen(ada.token)).rejects.toThrow("refused");
  const oldest = `update connections set created_at = created_at - interval '1 minute' where owner_id =
    (select id from users where email = '${ada.email}')`;
  await database.run(async ({ orm }) => orm.execute(oldest));
  listeners.push(await listen(ada.token));
  expect(await listeners[0]?.closed).toBe(1000);
  await expect.poll(() => connectionsOf(ada)).toHaveLength(10);
  for (const listener of listeners) listener.close();
});
