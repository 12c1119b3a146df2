import { setTimeout as sleep } from "node:timers/promises";
import { createParley, type Parley } from "@parley/client";
import { createPush } from "@parley/client/push";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openTab, textOf } from "./ai-chat.ts";
import { ask, ended, signUp, startConversation, type User } from "./client.ts";
import { type OwnStack, startOwnStack } from "./own-stack.ts";

let own: OwnStack;
let ada: User;
let eve: User;

beforeAll(async () => {
  const settings = {
    DEFAULT_MODEL: "scripted/slow",
    REPLY_LEASE_SECONDS: "3",
    REPLY_CHECK_SECONDS: "4",
    REPLY_PATIENCE_SECONDS: "3",
  };
  own = await startOwnStack(settings, { hasOwnPostgres: true });
  [ada, eve] = await Promise.all([signUp(own.address), signUp(own.address)]);
});

afterAll(() => own.close());

async function running(user: User) {
  const { reply } = await ask(user, await startConversation(user), "Tell me");
  for (;;) {
    const seen = await user.expect("getReply", 200, { params: { replyId: reply.id } });
    if (seen.partialText !== "") return seen;
    await sleep(100);
  }
}

/** What a page has of a reply in the end, and how often it had to begin again. */
async function followedText(parley: Parley, replyId: string) {
  const seen = { text: "", restarts: 0 };
  for await (const event of parley.replies.stream(replyId)) {
    if (event.type === "text") seen.text += event.text;
    if (event.type === "restart") {
      seen.text = "";
      seen.restarts += 1;
    }
  }
  parley.push?.close();
  return seen;
}

it("a worker killed in mid-reply is replaced, and the reply completes once", async () => {
  const reply = await running(ada);
  const { url } = own.address;
  const push = { create: createPush, url: own.stack.websocketUrl };
  const followed = followedText(createParley({ baseUrl: url, token: ada.token, push }), reply.id);
  const tab = openTab({ baseUrl: url, token: ada.token });
  const chat = await tab.open({ id: reply.conversationId });
  const resumed = chat.resumeStream();
  while (textOf(chat.lastMessage) === "" || chat.lastMessage?.role === "user") await sleep(50);
  for (const pid of own.stack.functions.get("reply-worker").environments()) process.kill(pid, "SIGKILL");
  const done = await ended(ada, reply.id);
  expect(await followed).toEqual({ text: done.partialText, restarts: 1 });
  await resumed;
  expect([chat.status, textOf(chat.lastMessage)]).toEqual(["ready", done.partialText]);
  // The second attempt says the same, so that nothing wrong is ever shown.
  expect(chat.shown.shown.filter((text) => !done.partialText.startsWith(text))).toEqual([]);
  expect(done.status).toBe("completed");
  expect(done.attempts).toBeGreaterThan(1);
  const { data } = await ada.expect("listMessages", 200, {
    params: { conversationId: reply.conversationId },
  });
  expect(data.map((message) => message.role)).toEqual(["assistant", "user"]);
  await eve.refused("getReply", 404, { params: { replyId: reply.id } });
});

it("an environment of the API that dies answers 500, and the next request finds another", async () => {
  const pool = own.stack.functions.get("replies");
  const reply = await running(ada);
  const waiting = fetch(`${own.address.url}/v1/replies/${reply.id}?waitSeconds=20`, {
    headers: { authorization: `Bearer ${ada.token}` },
  });
  await sleep(300);
  const killed = pool.environments();
  for (const pid of killed) process.kill(pid, "SIGKILL");
  const response = await waiting;
  // Another request may still find the other ones until their deaths are known.
  while (pool.environments().some((pid) => killed.includes(pid))) await sleep(10);
  expect([response.status, await response.text()]).toEqual([500, '{"message":"Internal Server Error"}']);
  expect(await ended(ada, reply.id)).toMatchObject({ status: "completed", attempts: 1 });
});

it("a Postgres that crashes gives 503 with Retry-After, comes back unaided, and the reply goes on", async () => {
  const reply = await running(ada);
  const { postgres } = own.stack;
  if (postgres === undefined) throw new Error("the stack has no Postgres of its own");
  // An environment that has to start first may find the database back already.
  await eve.expect("getMe", 200);
  process.kill(postgres.pid, "SIGKILL");
  const crashedAt = Date.now();
  const statuses = new Set<number>();
  for (;;) {
    const answer = await eve.send("getMe");
    statuses.add(answer.status);
    if (answer.status === 200 && statuses.has(503)) break;
    if (answer.status === 503) expect(answer.headers.get("retry-after")).toBe("2");
    expect(Date.now() - crashedAt).toBeLessThan(30_000);
    await sleep(20);
  }
  expect([...statuses].sort()).toEqual([200, 503]);
  expect((await ended(ada, reply.id)).status).toBe("completed");
});
