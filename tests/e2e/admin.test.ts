import type { Route } from "@parley/contract/route";
import { allRoutes } from "@parley/contract/routes/all";
import { openDatabase } from "@parley/data/database";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { signUpAdmin } from "./admins.ts";
import {
  ask,
  createClient,
  ended,
  type OperationName,
  signUp,
  startConversation,
  type User,
} from "./client.ts";
import { unknownId } from "./owned-things.ts";

const database = openDatabase(inject("stack").databaseUrl);
const secret = "The tomatoes are a secret";
let admin: User;
let ada: User;
let eve: User;
let adaId: string;

beforeAll(async () => {
  [admin, ada, eve] = await Promise.all([signUpAdmin(), signUp(), signUp()]);
  adaId = (await ada.expect("getMe", 200)).id;
});

afterAll(() => database.close());

const routes = Object.entries(allRoutes as Record<string, Route>).filter(([, { path }]) =>
  path.startsWith("/v1/admin/"),
) as [OperationName, Route][];

/** A reply of this user's that has failed. */
async function failedReply(user: User) {
  const conversationId = await startConversation(user, { model: "scripted/fail-rejected", title: secret });
  const { reply, message } = await ask(user, conversationId, secret);
  expect(await ended(user, reply.id)).toMatchObject({ status: "failed" });
  return { replyId: reply.id, messageId: message.id, conversationId };
}

describe("who is an admin", () => {
  it.each(routes)("%s refuses everybody else, and an admin's API key", async (name) => {
    const { key } = await admin.expect("createApiKey", 201, {
      body: { name: "Script", scopes: ["read", "write"] },
    });
    const params = { userId: adaId, replyId: unknownId, modelId: "scripted/demo" };
    for (const client of [ada, createClient(inject("stack").url, String(key))]) {
      await client.refused(name, 403, { params, ...(allRoutes[name].method !== "GET" && { body: {} }) });
    }
  });

  it("is told by the group in the token, which the profile shows", async () => {
    expect(routes.length).toBeGreaterThanOrEqual(8);
    expect((await admin.expect("getMe", 200)).roles).toEqual(["user", "admin"]);
    const response = await fetch(`${inject("stack").url}/v1/admin/users`);
    expect(response.status).toBe(401);
  });
});

describe("users", () => {
  it("are found by a part of their address and by id, page by page", async () => {
    const byEmail = await admin.expect("listUsers", 200, {
      query: { q: ada.email.slice(2, 30).toUpperCase() },
    });
    expect(byEmail.data).toEqual([
      expect.objectContaining({ id: adaId, email: ada.email, status: "active" }),
    ]);
    expect(await admin.expect("listUsers", 200, { query: { q: adaId } })).toEqual(byEmail);
    expect((await admin.expect("listUsers", 200, { query: { q: "%" } })).data).toEqual([]);
    const first = await admin.expect("listUsers", 200, { query: { limit: 1, includeTotal: true } });
    const query = { limit: 1, includeTotal: true, cursor: String(first.nextCursor) };
    const second = await admin.expect("listUsers", 200, { query });
    expect(first.total).toBeGreaterThanOrEqual(3);
    expect(second.data[0]?.id).not.toBe(first.data[0]?.id);
    await admin.refused("listUsers", 400, { query: { cursor: String(first.nextCursor), q: "ada" } });
    expect(await admin.expect("getUser", 200, { params: { userId: adaId } })).toEqual(byEmail.data[0]);
    await admin.refused("getUser", 404, { params: { userId: unknownId } });
  });

  it("cannot send as soon as they are disabled, and can again once enabled", async () => {
    const user = await signUp();
    const { id: userId } = await user.expect("getMe", 200);
    const conversationId = await startConversation(user);
    await ask(user, conversationId, "Hello");
    const params = { userId };
    const disabled = await admin.expect("updateUser", 200, { params, body: { disabled: true } });
    expect(disabled).toMatchObject({ id: userId, status: "disabled" });
    expect(disabled.disabledAt).not.toBeNull();
    await user.refused("sendMessage", 403, { params: { conversationId }, body: { content: "Hello?" } });
    await ask(eve, await startConversation(eve), "Hello");
    // The reply that was asked for before goes on, and is charged meanwhile.
    expect(await admin.expect("updateUser", 200, { params, body: { disabled: true } })).toMatchObject({
      status: "disabled",
      disabledAt: disabled.disabledAt,
    });
    await admin.expect("updateUser", 200, { params, body: { disabled: false } });
    await ask(user, conversationId, "Hello again");
    const audit = await admin.expect("listAdminActions", 200, { query: { userId } });
    const kinds = audit.data.map(({ action }) => action).filter((action) => action.startsWith("user."));
    expect(kinds).toEqual(["user.enabled", "user.disabled"]);
  });

  it("do not lock themselves out, and an unknown one is 404", async () => {
    const { id: userId } = await admin.expect("getMe", 200);
    await admin.refused("updateUser", 409, { params: { userId }, body: { disabled: true } });
    const body = { disabled: true };
    await admin.refused("updateUser", 404, { params: { userId: unknownId }, body });
    await admin.refused("updateUser", 400, {
      params: { userId: adaId },
      body: { disabled: true, balance: 5 },
    });
  });

  it("are given tokens once for each key, and read why in their ledger", async () => {
    const user = await signUp();
    const before = await user.expect("getTokens", 200);
    const { id: userId } = await user.expect("getMe", 200);
    const request = {
      params: { userId },
      headers: { "idempotency-key": "pilot" },
      body: { amount: 500, reason: "For the pilot" },
    };
    const entry = await admin.expect("grantTokens", 201, request);
    expect(entry).toMatchObject({ kind: "grant", amount: 500, balance: before.balance + 500 });
    const again = await admin.send("grantTokens", request);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect(again.body).toEqual(entry);
    await admin.refused("grantTokens", 422, { ...request, body: { amount: 501 } });
    // The key is of one user's grant: for another it is another request.
    await admin.refused("grantTokens", 422, { ...request, params: { userId: adaId } });
    expect((await user.expect("getTokens", 200)).balance).toBe(before.balance + 500);
    const ledger = await user.expect("listLedger", 200, { query: { limit: 1 } });
    expect(ledger.data).toEqual([entry]);
    expect(entry.reason).toBe("For the pilot");
    for (const amount of [0, -5, 1.5, 1e12, -1e12]) {
      await admin.refused("grantTokens", 400, { params: { userId }, body: { amount } });
    }
    await admin.refused("grantTokens", 404, { params: { userId: unknownId }, body: { amount: 5 } });
  });
});

it("takes back tokens that are not held, once for each key, and its owner reads why", async () => {
  const user = await signUp();
  const { id: userId } = await user.expect("getMe", 200);
  const params = { userId };
  const conversationId = await startConversation(user, { model: "scripted/slow" });
  const { reply } = await ask(user, conversationId, "Slowly");
  const { balance, held } = await user.expect("getTokens", 200);
  const take = (amount: number) => ({
    params,
    headers: { "idempotency-key": `take-${amount}` },
    body: { amount: -amount, reason: "Granted by mistake" },
  });
  const refused = await admin.refused("grantTokens", 409, take(balance - held + 1));
  expect(refused).toMatchObject({ balance, held, detail: expect.stringContaining(String(balance - held)) });
  await user.refused("grantTokens", 403, take(1));
  const entry = await admin.expect("grantTokens", 201, take(balance - held));
  expect(entry).toMatchObject({ kind: "debit", amount: balance - held, balance: held, replyId: null });
  expect((await admin.expect("grantTokens", 201, take(balance - held))).id).toBe(entry.id);
  expect(await user.expect("getTokens", 200)).toMatchObject({ balance: held, available: 0 });
  await user.expect("cancelReply", 200, { params: { replyId: reply.id } });
  const { data } = await user.expect("listLedger", 200, { query: { limit: 2 } });
  expect(data.map(({ reason }) => reason)).toContain("Granted by mistake");
  const { data: acts } = await admin.expect("listAdminActions", 200, { query: { userId } });
  expect(acts.map(({ action }) => action)).toEqual(["audit.listed", "tokens.taken"]);
  expect(await ada.expect("getTokens", 200)).not.toMatchObject({ available: 0 });
});

describe("failed replies", () => {
  it("are listed, and asked again for their owner: the failed one stays as it is", async () => {
    const { replyId, messageId, conversationId } = await failedReply(ada);
    const failed = await admin.expect("listAllReplies", 200, { query: { status: "failed", limit: 100 } });
    const listed = failed.data.find(({ id }) => id === replyId);
    expect(listed).toMatchObject({ userId: adaId, status: "failed", error: { code: "provider_rejected" } });

    const headers = { "idempotency-key": `retry-${replyId}` };
    const retried = await admin.expect("retryReply", 202, { params: { replyId }, headers });
    expect(retried).toMatchObject({ userId: adaId, messageId, conversationId, status: "queued" });
    expect(retried.id).not.toBe(replyId);
    expect(await ended(ada, retried.id)).toMatchObject({ status: "failed", messageId });
    expect(await ended(ada, replyId)).toMatchObject({ status: "failed" });
    const again = await admin.send("retryReply", { params: { replyId }, headers });
    expect(again.body).toMatchObject({ id: retried.id });
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    const refused = await admin.refused("retryReply", 409, { params: { replyId } });
    expect(refused.replyId).toBe(retried.id);
    await eve.refused("getReply", 404, { params: { replyId: retried.id } });
  });

  it("are retried once, however many ask at a time", async () => {
    const { replyId } = await failedReply(ada);
    const answers = await Promise.all([1, 2, 3].map(() => admin.send("retryReply", { params: { replyId } })));
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409]);
  });

  it("alone can be retried", async () => {
    const { reply } = await ask(ada, await startConversation(ada), "Hello");
    await ended(ada, reply.id);
    await admin.refused("retryReply", 404, { params: { replyId: reply.id } });
    await admin.refused("retryReply", 404, { params: { replyId: unknownId } });
    const { replyId, conversationId } = await failedReply(ada);
    await ada.expect("deleteConversation", 204, { params: { conversationId } });
    await admin.refused("retryReply", 404, { params: { replyId } });
  });
});

it("counts users, conversations, replies, tokens and times", async () => {
  const { reply } = await ask(ada, await startConversation(ada), "Hello");
  const { assistantMessageId } = await ended(ada, reply.id);
  const answer = { conversationId: reply.conversationId, messageId: String(assistantMessageId) };
  await ada.expect("rateAnswer", 200, { params: answer, body: { rating: "down", comment: "A secret" } });
  const stats = await admin.expect("getStats", 200, { query: { hours: 1 } });
  expect(stats.hours).toBe(1);
  expect(stats.users.total).toBeGreaterThanOrEqual(3);
  expect(stats.conversations.new).toBeGreaterThan(0);
  const answered = stats.replies.find(
    (each) => each.status === "completed" && each.model === "scripted/echo",
  );
  expect(answered?.count).toBeGreaterThan(0);
  expect(stats.tokens.charged).toBeGreaterThan(0);
  expect(stats.secondsToReply.p50).toBeGreaterThan(0);
  expect(stats.secondsToReply.p95).toBeGreaterThanOrEqual(Number(stats.secondsToReply.p50));
  expect(stats.feedback.find(({ model }) => model === "scripted/echo")?.down).toBeGreaterThan(0);
  expect(JSON.stringify(stats)).not.toContain("A secret");
  expect(stats.storage).toEqual({ bytes: expect.any(Number), limit: null });
  expect(stats.storage.bytes).toBeGreaterThan(10_000);
  expect(stats.queue.jobs).not.toBeNull();
  for (const hours of [0, 721, "x"]) await admin.refused("getStats", 400, { query: { hours } });
});

it("see what replies took by day, those of everybody and of one user", async () => {
  await failedReply(ada);
  const own = await ada.expect("getUsage", 200);
  expect(own.total.replies).toBeGreaterThan(0);
  expect(await admin.expect("getAllUsage", 200, { query: { userId: adaId } })).toEqual(own);
  const all = await admin.expect("getAllUsage", 200);
  expect(all.total.replies).toBeGreaterThanOrEqual(own.total.replies);
  await admin.refused("getAllUsage", 404, { query: { userId: unknownId } });
  for (const query of [
    { from: "2026-02-30" },
    { from: "2026-02-02", to: "2026-02-01" },
    { from: "2020-01-01" },
  ]) {
    await admin.refused("getAllUsage", 400, { query });
  }
});

it("records everything, and lets nobody change the record", async () => {
  const { id: adminId } = await admin.expect("getMe", 200);
  await admin.expect("getUser", 200, { params: { userId: adaId } });
  const page = await admin.expect("listAdminActions", 200, { query: { userId: adaId, limit: 2 } });
  // This look comes first, the one before it next.
  expect(page.data.map(({ action }) => action)).toEqual(["audit.listed", "user.read"]);
  expect(page.data[1]).toMatchObject({ adminId, userId: adaId });
  const everything = await admin.expect("listAdminActions", 200, { query: { limit: 100 } });
  const kinds = new Set(everything.data.map(({ action }) => action));
  expect(kinds).toContain("stats.read");
  expect(kinds).toContain("replies.listed");
  const change = (text: string) => database.run(async ({ orm }) => orm.execute(text));
  for (const text of [
    "update admin_actions set action = 'user.read'",
    "update admin_actions set admin_id = 'somebody'",
    "delete from admin_actions",
    "truncate admin_actions",
  ]) {
    await expect(change(text)).rejects.toMatchObject({ code: "PY003" });
  }
});

it("never answers with what users wrote", async () => {
  const { replyId } = await failedReply(ada);
  const answers = await Promise.all([
    admin.send("listUsers", { query: { limit: 100 } }),
    admin.send("getUser", { params: { userId: adaId } }),
    admin.send("getStats"),
    admin.send("listAllReplies", { query: { limit: 100 } }),
    admin.send("retryReply", { params: { replyId } }),
    admin.send("listAdminActions", { query: { limit: 100 } }),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 202, 200]);
  for (const { text } of answers) expect(text).not.toContain("tomatoes");
});
