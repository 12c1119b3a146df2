import type { Reply } from "@parley/contract/schemas/reply";
import type { LedgerEntry, TokensLeft } from "@parley/contract/schemas/tokens";
import { beforeAll, describe, expect, it } from "vitest";
import { ask, ended, signUp, startConversation, type User } from "./client.ts";

let ada: User;
let eve: User;

beforeAll(async () => {
  [ada, eve] = await Promise.all([signUp(), signUp()]);
});

async function ledgerOf(user: User, query: { order: "asc" | "desc"; limit: number }): Promise<LedgerEntry[]> {
  const entries: LedgerEntry[] = [];
  let cursor: string | null = null;
  do {
    const page: { data: LedgerEntry[]; nextCursor: string | null } = await user.expect("listLedger", 200, {
      query: { ...query, ...(cursor !== null && { cursor }) },
    });
    entries.push(...page.data);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return entries;
}

function balanceAfter(entries: readonly LedgerEntry[]): number {
  return entries.reduce((sum, { kind, amount }) => {
    if (kind === "grant") return sum + amount;
    return kind === "debit" ? sum - amount : sum;
  }, 0);
}

describe("a user's tokens", () => {
  it("are explained by the ledger, whose running balance is right on every page", async () => {
    const conversationId = await startConversation(ada);
    const replies = [];
    for (const content of ["one", "two"]) replies.push((await ask(ada, conversationId, content)).reply);
    for (const { id } of replies) await ended(ada, id);
    const failed = await ask(ada, conversationId, "three", { model: "scripted/fail-rejected" });
    expect((await ended(ada, failed.reply.id)).status).toBe("failed");

    const entries = await ledgerOf(ada, { order: "asc", limit: 2 });
    expect(await ledgerOf(ada, { order: "desc", limit: 3 })).toEqual(entries.toReversed());
    for (const [index, entry] of entries.entries()) {
      expect(entry.balance).toBe(balanceAfter(entries.slice(0, index + 1)));
    }
    expect(entries[0]).toMatchObject({ kind: "grant", reason: "welcome", replyId: null, balance: 1_000_000 });
    const ofReply = (replyId: string) =>
      entries
        .filter((entry) => entry.replyId === replyId)
        .map(({ kind, amount, reason }) => [kind, amount, reason]);
    expect(ofReply(replies[0]?.id ?? "")).toEqual([
      ["hold", 100, "reply"],
      ["debit", 100, "completed"],
    ]);
    expect(ofReply(failed.reply.id)).toEqual([
      ["hold", 100, "reply"],
      ["release", 100, "failed"],
    ]);
    const day = new Date().toISOString().slice(0, 10);
    const used = { replies: 3, tokensCharged: 200, cachedTokens: 0, reasoningTokens: 0 };
    const usage = await ada.expect("getUsage", 200, { query: { from: day } });
    expect(usage).toMatchObject({ from: day, to: day, by: "day", data: [{ day, ...used }], total: used });
    const byModel = await ada.expect("getUsage", 200, { query: { by: "model" } });
    expect(byModel.total).toEqual(usage.total);
    expect(byModel.data.map(({ model, replies: count }) => [model, count])).toEqual([
      ["scripted/echo", 2],
      ["scripted/fail-rejected", 1],
    ]);
    expect((await eve.expect("getUsage", 200)).data).toEqual([]);
    expect(await ada.expect("getTokens", 200)).toEqual({
      balance: 999_800,
      held: 0,
      available: 999_800,
      refill: null,
    });
    const { total } = await ada.expect("listLedger", 200, { query: { includeTotal: true, limit: 1 } });
    expect(total).toBe(entries.length);
  });

  it("are held while a reply is unfinished", async () => {
    const user = await signUp();
    const conversationId = await startConversation(user, { model: "scripted/slow" });
    const request = {
      params: { conversationId },
      headers: { "idempotency-key": "slowly" },
      body: { content: "Slowly" },
    };
    const sent = await user.send("sendMessage", request);
    const { reply, message, tokens } = sent.body as {
      reply: Reply;
      message: { id: string };
      tokens: TokensLeft;
    };
    expect([tokens, reply.tokens]).toEqual([{ balance: 1_000_000, held: 100 }, null]);
    expect(await user.expect("getTokens", 200)).toMatchObject({ ...tokens, available: 999_900 });
    const params = { conversationId, messageId: message.id };
    const again = await user.expect("askAgain", 202, { params });
    expect(again.tokens).toEqual({ balance: 1_000_000, held: 200 });
    await user.expect("cancelReply", 200, { params: { replyId: again.reply.id } });
    const cancelled = await user.expect("cancelReply", 200, { params: { replyId: reply.id } });
    expect(cancelled.tokens).toEqual({ balance: 1_000_000 - cancelled.tokensCharged, held: 0 });
    expect((await user.expect("getTokens", 200)).held).toBe(0);
    expect((await user.send("sendMessage", request)).body).toEqual(sent.body);
    const begun = await user.expect("createConversation", 202, { body: { message: { content: "Hi" } } });
    expect(begun.tokens).toEqual({ ...cancelled.tokens, held: 100 });
    const done = await ended(user, begun.reply.id);
    expect(done.tokens).toEqual({ balance: Number(begun.tokens?.balance) - 100, held: 0 });
    const { data } = await user.expect("listReplies", 200, {
      params: { conversationId },
      query: { order: "asc" },
    });
    expect(data.map(({ tokens: left }) => left?.held)).toEqual([0, 100]);
  });

  it("are nobody else's to see", async () => {
    const entries = await ledgerOf(eve, { order: "asc", limit: 10 });
    expect(entries.map(({ reason }) => reason)).toEqual(["welcome"]);
    const { nextCursor } = await ada.expect("listLedger", 200, { query: { limit: 1 } });
    const page = await eve.expect("listLedger", 200, { query: { cursor: String(nextCursor) } });
    expect(page.data.map(({ reason }) => reason)).toEqual(["welcome"]);
    const asc = { cursor: String(nextCursor), order: "asc" };
    await eve.refused("listLedger", 400, { query: asc });
  });
});

describe("an estimate", () => {
  const estimate = (user: User, conversationId: string, body: object) =>
    user.expect("estimateReply", 200, { params: { conversationId }, body });

  it("says what is then sent and charged, and holds nothing", async () => {
    const conversationId = await startConversation(ada, {
      systemPrompt: "Answer {{name}} in one sentence.",
      metadata: { name: "Ada" },
    });
    const first = await ask(ada, conversationId, "What is a lease?");
    const { assistantMessageId } = await ended(ada, first.reply.id);
    const before = await ada.expect("getTokens", 200);
    const content = "And what is a fencing token?";
    const expected = await estimate(ada, conversationId, { content });
    expect(expected).toMatchObject({
      model: "scripted/echo",
      price: { kind: "flat", tokens: 100 },
      highestCharge: 100,
      systemPrompt: "Answer Ada in one sentence.",
      fits: true,
      sentMessageIds: [first.message.id, assistantMessageId],
      droppedMessageIds: [],
      isAffordable: true,
      balance: before.balance,
      available: before.available,
    });
    expect(await ada.expect("getTokens", 200)).toEqual(before);
    const { data } = await ada.expect("listMessages", 200, { params: { conversationId } });
    expect(data).toHaveLength(2);

    const { message, reply } = await ask(ada, conversationId, content);
    expect((await ended(ada, reply.id)).tokensCharged).toBe(expected.highestCharge);
    const context = await ada.expect("getReplyContext", 200, { params: { replyId: reply.id } });
    expect(context.sentMessageIds).toEqual([...expected.sentMessageIds, message.id]);
    expect(context.tokens.estimatedInput).toBe(expected.inputTokens);
    expect(context.systemPrompt).toBe(expected.systemPrompt);
    expect(context.tokensHeld).toBe(expected.highestCharge);
  });

  it("keeps a question whose reply failed, leaves out one that was refused, and says so", async () => {
    const conversationId = await startConversation(ada);
    const refused = await ask(ada, conversationId, "Hello", { model: "scripted/fail-filtered" });
    await ended(ada, refused.reply.id);
    const failed = await ask(ada, conversationId, "Hello again", { model: "scripted/fail-rejected" });
    await ended(ada, failed.reply.id);
    expect(await estimate(ada, conversationId, { content: "Still there?" })).toMatchObject({
      sentMessageIds: [failed.message.id],
      droppedMessageIds: [refused.message.id],
    });
  });

  it("names the model it is for, and refuses one that is not offered", async () => {
    const conversationId = await startConversation(ada);
    const body = { content: "Hello", model: "scripted/demo" };
    expect((await estimate(ada, conversationId, body)).model).toBe("scripted/demo");
    await ada.refused("estimateReply", 400, {
      params: { conversationId },
      body: { content: "Hello", model: "openai/gpt-0" },
    });
  });

  it("is not given of another user's conversation", async () => {
    const conversationId = await startConversation(ada);
    await eve.refused("estimateReply", 404, { params: { conversationId }, body: { content: "Hello" } });
  });
});

describe("a reply's context", () => {
  it("says what the model was given and what it cost", async () => {
    const conversationId = await startConversation(ada, { systemPrompt: "Be brief." });
    const { message, reply } = await ask(ada, conversationId, "Hello");
    await ended(ada, reply.id);
    const params = { replyId: reply.id };
    const context = await ada.expect("getReplyContext", 200, { params });
    expect(context).toMatchObject({
      replyId: reply.id,
      conversationId,
      messageId: message.id,
      status: "completed",
      attempts: 1,
      model: "scripted/echo",
      price: { kind: "flat", tokens: 100 },
      systemPrompt: "Be brief.",
      sentMessageIds: [message.id],
      droppedMessageIds: [],
      noteIds: [],
      tokens: { estimatedInput: expect.any(Number), input: expect.any(Number), output: expect.any(Number) },
      tokensCharged: 100,
    });
    await eve.refused("getReplyContext", 404, { params });
    // The prompt of then, whatever the conversation's is now.
    await ada.expect("updateConversation", 200, {
      params: { conversationId },
      body: { systemPrompt: "Be long." },
    });
    expect(await ada.expect("getReplyContext", 200, { params })).toEqual(context);
  });

  it("is there while the model answers, and after a cancel", async () => {
    const conversationId = await startConversation(ada, { model: "scripted/slow" });
    const { message, reply } = await ask(ada, conversationId, "Slowly");
    const params = { replyId: reply.id };
    const context = () => ada.expect("getReplyContext", 200, { params });
    await expect
      .poll(async () => (await context()).sentMessageIds, { timeout: 20_000 })
      .toEqual([message.id]);
    await ada.expect("cancelReply", 200, { params });
    expect(await context()).toMatchObject({ status: "cancelled", sentMessageIds: [message.id] });
  });

  it("is there after a failure", async () => {
    const conversationId = await startConversation(ada, { model: "scripted/fail-filtered" });
    const { message, reply } = await ask(ada, conversationId, "Hello");
    await ended(ada, reply.id);
    expect(await ada.expect("getReplyContext", 200, { params: { replyId: reply.id } })).toMatchObject({
      status: "failed",
      sentMessageIds: [message.id],
      tokensHeld: 100,
      tokensCharged: 0,
    });
  });

  it("names the messages that it was given, whatever has become of them", async () => {
    const conversationId = await startConversation(ada);
    const askAndRead = async (content: string) => {
      const { message, reply } = await ask(ada, conversationId, content);
      const { assistantMessageId } = await ended(ada, reply.id);
      const context = () => ada.expect("getReplyContext", 200, { params: { replyId: reply.id } });
      return { question: message.id, answer: assistantMessageId, context };
    };
    const one = await askAndRead("One");
    const two = await askAndRead("Two");
    const before = await two.context();
    expect(before.sentMessageIds).toEqual([one.question, one.answer, two.question]);

    const params = { conversationId, messageId: one.question };
    const again = await ada.expect("askAgain", 202, { params, body: {} });
    const { assistantMessageId: other } = await ended(ada, again.reply.id);
    const three = await askAndRead("Three");
    const all = [one.question, other, two.question, two.answer, three.question];
    expect((await three.context()).sentMessageIds).toEqual(all);

    await ada.expect("deleteMessage", 204, { params });
    const four = await askAndRead("Four");
    // The answer to a deleted question is not sent either.
    expect(await four.context()).toMatchObject({
      sentMessageIds: [two.question, two.answer, three.question, three.answer, four.question],
      droppedMessageIds: [other],
    });
    expect((await three.context()).sentMessageIds).toEqual(all);
    expect(await two.context()).toEqual(before);
  });

  it("has nothing of the model's before it is asked", async () => {
    const conversationId = await startConversation(ada, { model: "scripted/slow" });
    const first = await ask(ada, conversationId, "Slowly");
    const waiting = await ask(ada, conversationId, "Later");
    const params = { replyId: waiting.reply.id };
    expect(await ada.expect("getReplyContext", 200, { params })).toMatchObject({
      status: "queued",
      attempts: 0,
      sentMessageIds: null,
      droppedMessageIds: null,
      tokens: { estimatedInput: null, input: null, output: null },
    });
    for (const { reply } of [waiting, first]) {
      await ada.expect("cancelReply", 200, { params: { replyId: reply.id } });
    }
  });
});
