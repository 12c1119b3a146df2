import { beforeAll, describe, expect, it } from "vitest";
import { ask, ended, signUp, startConversation, type User } from "./client.ts";

let ada: User;
let eve: User;

beforeAll(async () => {
  [ada, eve] = await Promise.all([signUp(), signUp()]);
});

let count = 0;
const newKey = () => ({ "idempotency-key": `key-${++count}~!"#` });

function isReplay(answer: { headers: Headers }): boolean {
  return answer.headers.get("idempotent-replayed") === "true";
}

describe("sending", () => {
  it("answers the first answer again, whatever has become of the reply", async () => {
    const params = { conversationId: await startConversation(ada) };
    const request = { params, body: { content: "Once", metadata: { bb: 1, a: "x" } }, headers: newKey() };
    const first = await ada.send("sendMessage", request);
    expect([first.status, isReplay(first)]).toEqual([202, false]);
    const { message, reply } = first.body as Awaited<ReturnType<typeof ask>>;
    await ended(ada, reply.id);
    await ada.expect("editMessage", 200, {
      params: { ...params, messageId: message.id },
      body: { content: "Twice", metadata: {} },
    });
    const again = await ada.send("sendMessage", request);
    expect([again.status, isReplay(again)]).toEqual([202, true]);
    expect(again.text).toBe(first.text);
    expect(again.headers.get("location")).toBe(first.headers.get("location"));
    const { data } = await ada.expect("listMessages", 200, { params });
    expect(data).toHaveLength(2);
    expect((await ada.expect("listReplies", 200, { params })).data).toHaveLength(1);
    // The same request of another's finds neither her conversation nor what her key has made.
    await eve.refused("sendMessage", 404, request);
    const own = { ...request, params: { conversationId: await startConversation(eve) } };
    const theirs = await eve.send("sendMessage", own);
    expect([theirs.status, isReplay(theirs)]).toEqual([202, false]);
    expect(theirs.text).not.toContain(message.id);
  });

  it("stores one message for twins sent at the same time", async () => {
    const params = { conversationId: await startConversation(ada) };
    const request = { params, body: { content: "Twin" }, headers: newKey() };
    const other = { ...request, params: { conversationId: await startConversation(eve) } };
    const before = await ada.expect("getMe", 200);
    const [answers, theirs] = await Promise.all([
      Promise.all(Array.from({ length: 8 }, () => ada.send("sendMessage", request))),
      Promise.all(Array.from({ length: 4 }, () => eve.send("sendMessage", other))),
    ]);
    expect(new Set(theirs.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(theirs.filter((answer) => !isReplay(answer))).toHaveLength(1);
    expect(theirs[0]?.text).not.toBe(answers[0]?.text);
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(202));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers.filter((answer) => !isReplay(answer))).toHaveLength(1);
    const [{ reply }] = answers.map(({ body }) => body) as [Awaited<ReturnType<typeof ask>>];
    await ended(ada, reply.id);
    const after = await ada.expect("getMe", 200);
    expect(after.tokens).toEqual({ balance: before.tokens.balance - 100, held: 0 });
  });

  it("refuses the key for another body or another conversation", async () => {
    const params = { conversationId: await startConversation(ada) };
    const headers = newKey();
    await ada.expect("sendMessage", 202, { params, body: { content: "One" }, headers });
    const other = await ada.refused("sendMessage", 422, { params, body: { content: "Two" }, headers });
    expect(other.type).toBe("/problems/idempotency-mismatch");
    const elsewhere = { conversationId: await startConversation(ada) };
    await ada.refused("sendMessage", 422, { params: elsewhere, body: { content: "One" }, headers });
  });

  it("takes the same request however its JSON is written", async () => {
    const params = { conversationId: await startConversation(ada) };
    const headers = newKey();
    await ada.expect("sendMessage", 202, { params, body: '{"content":"One","role":"user"}', headers });
    const spelled = '{ "role": "user", "content": "\\u004fne" }';
    expect(isReplay(await ada.send("sendMessage", { params, body: spelled, headers }))).toBe(true);
  });

  it("replays an import", async () => {
    const params = { conversationId: await startConversation(ada) };
    const request = { params, body: { content: "Imported", role: "assistant" }, headers: newKey() };
    const [first, again] = [await ada.send("sendMessage", request), await ada.send("sendMessage", request)];
    expect([first.status, again.status, isReplay(again)]).toEqual([201, 201, true]);
    expect(again.text).toBe(first.text);
    await eve.refused("sendMessage", 404, request);
  });

  it("keeps no key of what it refused", async () => {
    const params = { conversationId: await startConversation(ada, { model: "scripted/slow" }) };
    const { reply } = await ask(ada, params.conversationId, "Slowly");
    const request = { params, body: { content: "Now?", onBusy: "reject" }, headers: newKey() };
    await ada.refused("sendMessage", 409, request);
    await ada.expect("cancelReply", 200, { params: { replyId: reply.id } });
    await eve.refused("sendMessage", 404, request);
    const sent = await ada.send("sendMessage", request);
    expect([sent.status, isReplay(sent)]).toEqual([202, false]);
  });
});

describe("keys", () => {
  it("belong to one user", async () => {
    const headers = newKey();
    const request = { body: { title: "Mine" }, headers };
    const hers = await ada.expect("createConversation", 201, request);
    const theirs = await eve.send("createConversation", request);
    expect([theirs.status, isReplay(theirs)]).toEqual([201, false]);
    expect(theirs.body).not.toMatchObject({ id: hers.id });
  });

  it("belong to one route", async () => {
    const headers = newKey();
    const { id } = await ada.expect("createConversation", 201, { body: {}, headers });
    const params = { conversationId: id };
    const { message, reply } = await ada.expect("sendMessage", 202, {
      params,
      body: { content: "Hello" },
      headers,
    });
    await ended(ada, reply.id);
    const again = { params: { ...params, messageId: message.id }, headers };
    const asked = await ada.send("askAgain", again);
    expect([asked.status, isReplay(asked)]).toEqual([202, false]);
    const replayed = await ada.send("askAgain", again);
    expect(isReplay(replayed)).toBe(true);
    expect(replayed.body).toMatchObject({ reply: (asked.body as { reply: object }).reply });
    expect((await ada.expect("listReplies", 200, { params })).data).toHaveLength(2);
  });

  it("are 1 to 255 visible ASCII characters", async () => {
    for (const key of ["a b", "k".repeat(256), "\u00e9"]) {
      const headers = { "idempotency-key": key };
      const { errors } = await ada.refused("createConversation", 400, { body: {}, headers });
      expect(errors?.[0]?.path).toBe("headers.idempotency-key");
    }
    const headers = { "idempotency-key": `~${"k".repeat(254)}` };
    await ada.expect("createConversation", 201, { body: {}, headers });
  });
});

describe("creating a conversation", () => {
  it("answers the first answer again, with its first message or without", async () => {
    for (const body of [{ title: "T", metadata: { zz: 1, a: 2 } }, { message: { content: "Hello" } }]) {
      const headers = newKey();
      const first = await ada.send("createConversation", { body, headers });
      const { id } =
        "message" in body
          ? (first.body as { conversation: { id: string } }).conversation
          : (first.body as { id: string });
      const params = { conversationId: id };
      await ada.expect("updateConversation", 200, { params, body: { title: "Changed" } });
      const again = await ada.send("createConversation", { body, headers });
      expect([again.status, isReplay(again)]).toEqual([first.status, true]);
      expect(again.text).toBe(first.text);
      expect(again.headers.get("location")).toBe(first.headers.get("location"));
      await ada.refused("createConversation", 422, { body: { title: "Other" }, headers });
      const theirs = await eve.send("createConversation", { body, headers });
      expect([theirs.status, isReplay(theirs)]).toEqual([first.status, false]);
      expect(theirs.text).not.toContain(id);
    }
  });

  it("makes one for twins at the same time", async () => {
    const users = await Promise.all([signUp(), signUp()]);
    const request = { body: { message: { content: "Hello" } }, headers: newKey() };
    const made = await Promise.all(
      users.map(async (user) => {
        const answers = await Promise.all(
          Array.from({ length: 6 }, () => user.send("createConversation", request)),
        );
        expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
        return (await user.expect("listConversations", 200)).data.map(({ id }) => id);
      }),
    );
    expect(made.map(({ length }) => length)).toEqual([1, 1]);
    expect(new Set(made.flat()).size).toBe(2);
  });
});

describe("ids of the client's own", () => {
  const ownId = () => `a${Math.random().toString(36).slice(2, 12)}`.padEnd(24, String(++count));

  it("replay the same request, and refuse another", async () => {
    const [conversationId, firstId, messageId] = [ownId(), ownId(), ownId()];
    const creation = { body: { id: conversationId, message: { id: firstId, content: "Hello" } } };
    const sending = { params: { conversationId }, body: { id: messageId, content: "And now?" } };
    for (const user of [ada, eve]) {
      const created = await user.send("createConversation", creation);
      expect([created.status, isReplay(created)]).toEqual([202, false]);
      expect(created.body).toMatchObject({ conversation: { id: conversationId }, message: { id: firstId } });
      const sent = await user.send("sendMessage", sending);
      expect([sent.status, isReplay(sent)]).toEqual([202, false]);
      expect(sent.body).toMatchObject({ message: { id: messageId, conversationId } });
      for (const [first, again] of [
        [created, await user.send("createConversation", creation)],
        [sent, await user.send("sendMessage", sending)],
        // A key beside it changes nothing.
        [sent, await user.send("sendMessage", { ...sending, headers: newKey() })],
      ] as const) {
        expect([again.status, isReplay(again), again.text]).toEqual([202, true, first.text]);
      }
      await user.refused("sendMessage", 409, { ...sending, body: { id: messageId, content: "Other" } });
      await user.refused("sendMessage", 409, { ...sending, body: { id: firstId, content: "Hello" } });
      await user.refused("createConversation", 409, { body: { id: conversationId } });
      await user.refused("sendMessage", 400, { ...sending, body: { id: "Mine", content: "Hello" } });
      expect((await user.expect("listReplies", 200, { params: { conversationId } })).data).toHaveLength(2);
    }
    await ada.expect("deleteMessage", 204, { params: { conversationId, messageId } });
    await ada.refused("sendMessage", 409, sending);
    await ada.expect("deleteConversation", 204, { params: { conversationId } });
    await ada.refused("createConversation", 409, creation);
    expect(isReplay(await eve.send("createConversation", creation))).toBe(true);
  });
});
