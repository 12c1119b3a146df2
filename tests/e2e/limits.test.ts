import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { openDatabase } from "@parley/data/database";
import { administer, databaseAt } from "@parley/embedded-postgres/administer";
import { throwAwayFolder } from "@parley/embedded-postgres/throw-away";
import { readSettings } from "@parley/local/settings";
import { type Stack, startStack } from "@parley/local/stack";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { type Answer, ask, signUp, startConversation, type User } from "./client.ts";

let stack: Stack;
let dataDir: string;
let functionLines: string[] = [];
const databaseName = `limits_${randomUUID().replaceAll("-", "")}`;

const settings = {
  PORT: "0",
  DEFAULT_MODEL: "scripted/echo",
  SEND_RATE_PER_SECOND: "1",
  SEND_BURST: "3",
  SEND_RATE_PER_MINUTE: "4",
  API_RATE_PER_SECOND: "5",
  NEW_USER_TOKENS: "250",
  MAX_WAIT_SECONDS: "0",
  STORAGE_NOTES: "1",
  STORAGE_TOTAL_MEGABYTES: "1",
};

// Functions of a deployment with narrow limits, over a database that the tests may change behind their backs.
beforeAll(async () => {
  dataDir = await throwAwayFolder();
  await administer(inject("stack").databaseUrl, `create database ${databaseName}`);
  const url = databaseAt(inject("stack").databaseUrl, databaseName);
  stack = await startStack({
    settings: readSettings({
      ...settings,
      DATA_DIR: dataDir,
      DATABASE_URL: url,
      BUNDLES_DIR: process.env.BUNDLES_DIR ?? "",
    }),
    onLog: (_, line) => functionLines.push(line),
  });
});

afterAll(async () => {
  await stack.close();
  await administer(inject("stack").databaseUrl, `drop database ${databaseName} with (force)`);
  await rm(dataDir, { recursive: true, force: true });
});

function newUser(): Promise<User> {
  return signUp({ url: stack.url, cognitoEndpoint: stack.cognito.endpoint });
}

async function run(statement: string): Promise<void> {
  const database = openDatabase(stack.databaseUrl);
  await database.run(async ({ orm }) => orm.execute(statement));
  await database.close();
}

const setBalance = (email: string, balance: number) =>
  run(`update users set token_balance = ${balance} where email = '${email}'`);

const pause = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis));

function rateOf({ headers }: Answer) {
  return [headers.get("ratelimit"), headers.get("ratelimit-policy"), Number(headers.get("retry-after"))];
}

describe("tokens", () => {
  it("are refused when the free ones do not cover a reply, and nothing is stored", async () => {
    const [user, other] = await Promise.all([newUser(), newUser()]);
    const conversationId = await startConversation(user);
    const params = { conversationId };
    const answers = await Promise.all(
      [1, 2, 3].map((n) => user.send("sendMessage", { params, body: { content: `Parallel ${n}` } })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 202, 402]);
    const refused = answers.find(({ status }) => status === 402)?.body;
    expect(refused).toMatchObject({ type: "/problems/insufficient-tokens", price: 100 });
    const { data } = await user.expect("listMessages", 200, { params, query: { role: "user" } });
    expect(data).toHaveLength(2);
    await pause(1_000);
    const body = { message: { content: "One more" } };
    await user.refused("createConversation", 402, { body });
    expect((await user.expect("listConversations", 200)).data).toHaveLength(1);
    await other.expect("createConversation", 202, { body });
  });
});

describe("sending too fast", () => {
  it("is refused with the time to wait, and passes after it", async () => {
    const [user, other] = await Promise.all([newUser(), newUser()]);
    await setBalance(user.email, 10_000);
    const request = {
      params: { conversationId: await startConversation(user) },
      body: { content: "Quickly" },
    };
    for (let sent = 0; sent < 3; sent++) await user.expect("sendMessage", 202, request);
    const burst = await user.send("sendMessage", request);
    expect(burst).toMatchObject({ status: 429, body: { type: "/problems/rate-limited" } });
    expect(rateOf(burst)).toEqual(['"sends";r=0;t=1', '"sends";q=3;w=3', 1]);
    await ask(other, await startConversation(other), "I may");

    await pause(1_100);
    await user.expect("sendMessage", 202, request);
    await pause(1_100);
    const minute = await user.send("sendMessage", request);
    const [rate, policy, seconds] = rateOf(minute);
    expect([minute.status, policy]).toEqual([429, '"sends-per-minute";q=4;w=60']);
    expect(rate).toBe(`"sends-per-minute";r=0;t=${seconds}`);
    expect(seconds).toBeGreaterThan(50);
    expect(seconds).toBeLessThanOrEqual(60);
  });
});

describe("calling too fast", () => {
  it("is refused, but polling a reply is not", async () => {
    const [user, other] = await Promise.all([newUser(), newUser()]);
    const { reply } = await ask(user, await startConversation(user), "Hello");
    const many = <T>(call: () => Promise<T>) => Promise.all(Array.from({ length: 40 }, call));
    const polls = await many(() => user.send("getReply", { params: { replyId: reply.id } }));
    expect(new Set(polls.map(({ status }) => status))).toEqual(new Set([200]));
    // One after the other, so that one environment of the function sees them all.
    const calls: Answer[] = [];
    for (let called = 0; called < 12; called++) calls.push(await user.send("getMe"));
    const refused = calls.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    for (const answer of refused) expect(rateOf(answer)[1]).toBe('"requests";q=5;w=1');
    await other.expect("getMe", 200);
  });
});

describe("waiting for a reply", () => {
  it("is answered at once above the deployment's cap", async () => {
    const [user, other] = await Promise.all([newUser(), newUser()]);
    const conversationId = await startConversation(user);
    const { reply } = await ask(user, conversationId, "Slowly", { model: "scripted/slow" });
    const params = { replyId: reply.id };
    const started = Date.now();
    const answer = await user.send("getReply", { params, query: { waitSeconds: 20 } });
    expect(Date.now() - started).toBeLessThan(3_000);
    expect(answer.headers.get("retry-after")).toBe("1");
    await other.refused("cancelReply", 404, { params });
    await user.expect("cancelReply", 200, { params });
  });
});

describe("what would be stored beyond its limit", () => {
  it("is refused to whoever has it all, and to everybody where all together have it, until there is room", async () => {
    const [user, other] = await Promise.all([newUser(), newUser()]);
    const body = { content: "Water them." };
    const note = await user.expect("createNote", 201, { body });
    expect(await user.refused("createNote", 403, { body })).toMatchObject({
      type: "/problems/quota-exceeded",
      kind: "notes",
      limit: 1,
    });
    await run("update storage_limits set counted_at = now(), counted_bytes = 1000000");
    for (const refused of [
      await other.refused("createNote", 403, { body }),
      await user.refused("createConversation", 403, { body: { message: body } }),
    ]) {
      expect(refused).toMatchObject({ type: "/problems/quota-exceeded", kind: "total", limit: 1_000_000 });
    }
    expect(functionLines.join("\n")).toContain("the storage of all users is full");
    await user.expect("deleteNote", 204, { params: { noteId: note.id } });
    await run("update storage_limits set counted_at = now() - interval '2 minutes'");
    await other.expect("createNote", 201, { body });
    await user.expect("createNote", 201, { body });
  });
});

describe("a disabled account", () => {
  it("cannot send from the next message on", async () => {
    const [user, other] = await Promise.all([newUser(), newUser()]);
    const conversationId = await startConversation(user);
    await ask(user, conversationId, "Before");
    await run(`update users set disabled_at = now() where email = '${user.email}'`);
    const refused = await user.refused("sendMessage", 403, {
      params: { conversationId },
      body: { content: "After" },
    });
    expect(refused.type).toBe("/problems/forbidden");
    await ask(other, await startConversation(other), "I may");
  });
});

describe("a model that is not offered any more", () => {
  it("is a conflict of the conversation until another is named", async () => {
    const [user, other] = await Promise.all([newUser(), newUser()]);
    const conversationId = await startConversation(user);
    await run(`update conversations set model = 'openai/retired' where id = '${conversationId}'`);
    const params = { conversationId };
    const refused = await user.refused("sendMessage", 409, { params, body: { content: "Hello" } });
    expect(refused).toMatchObject({ model: "openai/retired" });
    const { reply } = await ask(user, conversationId, "Hello", { model: "scripted/echo" });
    await expect
      .poll(async () => (await user.expect("getReply", 200, { params: { replyId: reply.id } })).status)
      .toBe("completed");
    await other.refused("sendMessage", 404, { params, body: { content: "Hello" } });
  });
});

describe("the log", () => {
  it("says what each request and its reply was, and never what was said", async () => {
    const secret = "purple-elephant";
    const [user] = await Promise.all([newUser(), newUser()]);
    functionLines = [];
    const started = await user.send("createConversation", {
      body: { title: secret, message: { content: `The word is ${secret}` } },
    });
    const { conversation, reply } = started.body as {
      conversation: { id: string };
      reply: { id: string };
    };
    await expect
      .poll(async () => (await user.expect("getReply", 200, { params: { replyId: reply.id } })).status)
      .toBe("completed");
    const requestId = started.headers.get("x-request-id");
    const lines = () => functionLines.filter((line) => line.includes(String(requestId)));
    await expect.poll(lines).toContainEqual(expect.stringContaining('"route":"/v1/conversations"'));
    const request = JSON.parse(lines().find((line) => line.includes('"route"')) ?? "{}");
    expect(request).toMatchObject({
      status: 202,
      conversationId: conversation.id,
      replyId: reply.id,
      userId: expect.any(String),
      durationMs: expect.any(Number),
    });
    expect(functionLines.join("\n")).not.toContain(secret);
  });
});
