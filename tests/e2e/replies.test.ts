import { beforeAll, describe, expect, it } from "vitest";
import { ask, ended, etagOf, signUp, startConversation, type User } from "./client.ts";

let ada: User;
let eve: User;

beforeAll(async () => {
  [ada, eve] = await Promise.all([signUp(), signUp()]);
});

describe("polling", () => {
  it("shows the text as it grows, under a version for each state", async () => {
    const conversationId = await startConversation(ada, { model: "scripted/slow" });
    const { reply } = await ask(ada, conversationId, "Tell me");
    const params = { replyId: reply.id };
    const texts = new Map<string, string>();
    while (new Set(texts.values()).size <= 4) {
      const answer = await ada.send("getReply", { params });
      expect(answer.headers.get("retry-after")).toBe("1");
      texts.set(etagOf(answer), (answer.body as typeof reply).partialText);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const seen = [...texts.values()];
    for (const [index, text] of seen.entries()) expect(text.startsWith(seen[index - 1] ?? "")).toBe(true);
    const rest = await ada.expect("getReply", 200, { params, query: { after: 8 } });
    expect(`${seen.at(-1)?.slice(0, 8)}${rest.partialText}`.startsWith(seen.at(-1) ?? "")).toBe(true);
    await eve.refused("getReply", 404, { params });
    await ada.expect("cancelReply", 200, { params });
  });

  it("waits for the end of the reply, or for as long as it was asked to", async () => {
    const conversationId = await startConversation(ada);
    const slow = await ask(ada, conversationId, "Slowly", { model: "scripted/slow" });
    const params = { replyId: slow.reply.id };
    const started = Date.now();
    const waited = await ada.send("getReply", { params, query: { waitSeconds: 1 } });
    expect(Date.now() - started).toBeGreaterThanOrEqual(1_000);
    expect(waited.body).toMatchObject({ status: expect.stringMatching(/^(queued|in_progress)$/) });
    const [end] = await Promise.all([ended(ada, slow.reply.id), ada.expect("cancelReply", 200, { params })]);
    expect(end.status).toBe("cancelled");
  });

  it("answers 304 while nothing has changed, and no Retry-After once it is over", async () => {
    const { reply } = await ask(ada, await startConversation(ada), "Hello");
    await ended(ada, reply.id);
    const params = { replyId: reply.id };
    const done = await ada.send("getReply", { params });
    expect(done.headers.get("retry-after")).toBeNull();
    expect(done.body).toMatchObject({
      status: "completed",
      partialText: "Echo: Hello",
      usage: {
        inputTokens: expect.any(Number),
        cachedInputTokens: 0,
        outputTokens: expect.any(Number),
        reasoningTokens: 0,
      },
      tokensCharged: 100,
      attempts: 1,
      error: null,
    });
    const ends = { 0: "Echo: Hello", 6: "Hello", 11: "", 99999999: "" };
    for (const [after, partialText] of Object.entries(ends)) {
      const { body } = await ada.send("getReply", { params, query: { after } });
      expect(body).toEqual({ ...(done.body as typeof reply), partialText });
    }
    for (const after of ["-1", "1e3", "00", "100000000"])
      await ada.refused("getReply", 400, { params, query: { after } });
    const headers = { "if-none-match": etagOf(done) };
    expect((await ada.send("getReply", { params, headers })).status).toBe(304);
    const { conversationId, assistantMessageId } = done.body as typeof reply;
    await ada.expect("deleteMessage", 204, {
      params: { conversationId, messageId: String(assistantMessageId) },
    });
    expect((await ada.send("getReply", { params, headers })).body).toMatchObject({ partialText: "" });
  });
});

describe("cancelling", () => {
  it("keeps the text of a running reply, answers alike when repeated, and lets the next run", async () => {
    const conversationId = await startConversation(ada);
    const { reply } = await ask(ada, conversationId, "Slowly", { model: "scripted/slow" });
    const next = await ask(ada, conversationId, "Quick");
    const params = { replyId: reply.id };
    await expect
      .poll(async () => (await ada.expect("getReply", 200, { params })).partialText, { timeout: 20_000 })
      .not.toBe("");
    await eve.refused("cancelReply", 404, { params });
    const cancelled = await ada.expect("cancelReply", 200, { params });
    expect(cancelled).toMatchObject({ status: "cancelled", tokensCharged: 100 });
    expect(cancelled.partialText).not.toBe("");
    const answer = { params: { conversationId, messageId: String(cancelled.assistantMessageId) } };
    await eve.refused("getMessage", 404, answer);
    const { content, position, replyId } = await ada.expect("getMessage", 200, answer);
    expect({ content, position, replyId }).toEqual({
      content: cancelled.partialText,
      position: 2,
      replyId: reply.id,
    });
    expect(await ada.expect("cancelReply", 200, { params })).toEqual(cancelled);
    expect(await ada.expect("getReply", 200, { params })).toEqual(cancelled);
    // The model is given what it had said.
    const last = await ended(ada, next.reply.id);
    expect(last).toMatchObject({ status: "completed" });
    const context = await ada.expect("getReplyContext", 200, { params: { replyId: last.id } });
    expect(context.sentMessageIds).toContain(cancelled.assistantMessageId);
  });

  it("costs nothing while the reply is queued", async () => {
    const user = await signUp();
    const conversationId = await startConversation(user);
    const slow = await ask(user, conversationId, "Slowly", { model: "scripted/slow" });
    const queued = await ask(user, conversationId, "Quick");
    const cancelled = await user.expect("cancelReply", 200, { params: { replyId: queued.reply.id } });
    expect(cancelled).toMatchObject({ status: "cancelled", tokensCharged: 0, partialText: "" });
    await user.expect("cancelReply", 200, { params: { replyId: slow.reply.id } });
    expect((await user.expect("getMe", 200)).tokens.held).toBe(0);
  });

  it("is refused once the reply has ended in another way", async () => {
    const { reply } = await ask(ada, await startConversation(ada), "Hello");
    await ended(ada, reply.id);
    await ada.refused("cancelReply", 409, { params: { replyId: reply.id } });
  });
});

describe("listing", () => {
  it("gives a conversation's replies in the order of asking, by status, page by page", async () => {
    const conversationId = await startConversation(ada);
    const params = { conversationId };
    const ids: string[] = [];
    for (const content of ["one", "two", "three"])
      ids.push((await ask(ada, conversationId, content)).reply.id);
    await ended(ada, String(ids[2]));
    const list = (query: Record<string, string>) => ada.expect("listReplies", 200, { params, query });
    const first = await list({ order: "asc", limit: "2", includeTotal: "true" });
    expect(first).toMatchObject({ data: [{ id: ids[0] }, { id: ids[1], status: "completed" }], total: 3 });
    const cursor = String(first.nextCursor);
    expect(await list({ order: "asc", cursor })).toMatchObject({ data: [{ id: ids[2] }], nextCursor: null });
    await ada.refused("listReplies", 400, { params, query: { order: "desc", cursor } });
    expect((await list({ status: "failed" })).data).toEqual([]);
    expect((await list({ status: "completed" })).data.map(({ id }) => id)).toEqual(ids.toReversed());
    await eve.refused("listReplies", 404, { params });
  });
});
