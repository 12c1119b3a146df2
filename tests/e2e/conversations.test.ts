import { beforeAll, describe, expect, it } from "vitest";
import { ask, ended, etagOf, signUp, startConversation, type User } from "./client.ts";

let ada: User;
let eve: User;

beforeAll(async () => {
  [ada, eve] = await Promise.all([signUp(), signUp()]);
});

describe("creating", () => {
  it("answers what was stored, with the caller's default prompt", async () => {
    const body = { title: "Leases", description: "About queues", metadata: { project: "garden", stars: 3 } };
    const answer = await ada.send("createConversation", { body });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      ...body,
      systemPrompt: expect.stringContaining("helpful assistant"),
      model: null,
      status: "active",
      messageCount: 0,
      activeReplyId: null,
      deletedAt: null,
    });
    const read = await fetchSame(ada, String(answer.headers.get("location")));
    expect(read.text).toBe(answer.text);
    expect(etagOf(read)).toBe(etagOf(answer));
  });

  it("takes no prompt at all when asked to", async () => {
    const made = await ada.expect("createConversation", 201, { body: { systemPrompt: null } });
    expect(made).toMatchObject({ systemPrompt: null, systemPromptId: null });
  });

  it("starts the first reply at once", async () => {
    const answer = await ada.send("createConversation", { body: { message: { content: "Hello" } } });
    expect(answer.status).toBe(202);
    const { conversation, message, reply } = answer.body as never as Awaited<ReturnType<typeof startedNow>>;
    expect(answer.headers.get("location")).toBe(`/v1/replies/${reply.id}`);
    expect(answer.headers.get("retry-after")).toBe("1");
    expect(conversation).toMatchObject({ activeReplyId: reply.id, messageCount: 1 });
    expect(message).toMatchObject({ role: "user", content: "Hello", replyId: reply.id, position: 1 });
    expect(reply).toMatchObject({ status: "queued", messageId: message.id, conversationId: conversation.id });
    expect(await ended(ada, reply.id)).toMatchObject({ status: "completed", partialText: "Echo: Hello" });
    const now = await ada.expect("getConversation", 200, { params: { conversationId: conversation.id } });
    expect(now).toMatchObject({ activeReplyId: null, messageCount: 2 });
  });

  it("takes its title from its first message until a person gives it one", async () => {
    const body = { message: { content: "**Why** is the sky blue?" } };
    const headers = { "idempotency-key": "titled" };
    const { conversation } = await ada.expect("createConversation", 202, { body, headers });
    expect(conversation).toMatchObject({ title: "Why is the sky blue?", titleSource: "first_message" });
    const params = { conversationId: conversation.id };
    expect(await ada.expect("getConversation", 200, { params })).toMatchObject({
      titleSource: "first_message",
    });
    const named = await ada.expect("updateConversation", 200, { params, body: { title: "Skies" } });
    expect(named).toMatchObject({ title: "Skies", titleSource: "user" });
    await ask(ada, conversation.id, "And the sea?");
    expect(await ada.expect("getConversation", 200, { params })).toMatchObject({ title: "Skies" });
    const again = await ada.expect("createConversation", 202, { body, headers });
    expect(again.conversation).toEqual(conversation);

    const later = await ada.expect("createConversation", 201, { body: {} });
    expect(later).toMatchObject({ title: null, titleSource: null });
    await ask(ada, later.id, "Is it?");
    await ask(ada, later.id, "Or not?");
    const now = await ada.expect("getConversation", 200, { params: { conversationId: later.id } });
    expect(now).toMatchObject({ title: "Is it?", titleSource: "first_message" });
  });

  it("begins with a message as it may be sent: its own model and metadata, or an assistant's greeting", async () => {
    const metadata = { topic: "tests" };
    const message = { content: "Hello", model: "scripted/echo", metadata: { mood: "good" } };
    const asked = await ada.expect("createConversation", 202, {
      body: { model: "scripted/slow", metadata, message },
    });
    expect(asked.conversation).toMatchObject({ model: "scripted/slow", metadata });
    expect(asked.message.metadata).toEqual({ mood: "good" });
    expect(await ended(ada, asked.reply.id)).toMatchObject({ model: "scripted/echo", status: "completed" });

    const body = { message: { content: "What may I do for you?", role: "assistant" } };
    const headers = { "idempotency-key": "greeting" };
    const greeted = await ada.send("createConversation", { body, headers });
    expect(greeted.status).toBe(201);
    expect(greeted.body).toMatchObject({ messageCount: 1, activeReplyId: null });
    const again = await ada.send("createConversation", { body, headers });
    expect([again.status, again.text]).toEqual([201, greeted.text]);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    const params = { conversationId: (greeted.body as { id: string }).id };
    const { data } = await ada.expect("listMessages", 200, { params });
    expect(data.map(({ role, content }) => [role, content])).toEqual([["assistant", body.message.content]]);
    await eve.refused("listMessages", 404, { params });

    const unknown = { message: { content: "Hello", model: "scripted/no-such" } };
    const refused = await ada.refused("createConversation", 400, { body: unknown });
    expect(refused.errors?.[0]?.path).toBe("body.message.model");
    const both = { message: { ...body.message, model: "scripted/echo" } };
    expect((await ada.refused("createConversation", 400, { body: both })).errors?.[0]?.path).toBe(
      "body.message.role",
    );
  });

  it("refuses a model that is not offered, and a prompt that is not the caller's", async () => {
    const model = await ada.refused("createConversation", 400, { body: { model: "scripted/no-such" } });
    expect(model.errors).toEqual([{ path: "body.model", message: expect.any(String) }]);
    const theirs = await eve.expect("createConversation", 201, { body: {} });
    const prompt = await ada.refused("createConversation", 400, {
      body: { systemPromptId: theirs.systemPromptId },
    });
    expect(prompt.errors).toEqual([{ path: "body.systemPromptId", message: expect.any(String) }]);
  });
});

const startedNow = () => ada.expect("createConversation", 202, { body: { message: { content: "Hello" } } });

/** GET of what a Location names. */
async function fetchSame(user: User, location: string) {
  const conversationId = location.split("/").at(-1) ?? "";
  return user.send("getConversation", { params: { conversationId } });
}

describe("listing", () => {
  it("pages through everything once, in order, following Link", async () => {
    const user = await signUp();
    const ids: string[] = [];
    for (const title of ["one", "two", "three", "four", "five"])
      ids.push(await startConversation(user, { title }));
    for (const order of ["asc", "desc"] as const) {
      const seen: string[] = [];
      let query: Record<string, string> | undefined = { limit: "2", order, sort: "createdAt" };
      while (query !== undefined) {
        const answer = await user.send("listConversations", { query });
        const page = answer.body as { data: { id: string }[]; nextCursor: string | null };
        seen.push(...page.data.map(({ id }) => id));
        const link = /^<(.+)>; rel="next"$/.exec(answer.headers.get("link") ?? "")?.[1];
        expect(link === undefined).toBe(page.nextCursor === null);
        query =
          link === undefined ? undefined : Object.fromEntries(new URL(link, "http://localhost").searchParams);
      }
      expect(seen).toEqual(order === "asc" ? ids : ids.toReversed());
    }
  });

  it("sorts by the last change, filters, and counts when asked to", async () => {
    const user = await signUp();
    const first = await startConversation(user, { title: "50% off_\\ Tea" });
    const second = await startConversation(user, { title: "50 per cent", description: "TEA too" });
    await user.expect("updateConversation", 200, {
      params: { conversationId: first },
      body: { status: "archived" },
    });
    const list = (query: Record<string, string>) => user.expect("listConversations", 200, { query });
    const idsOf = async (query: Record<string, string>) => (await list(query)).data.map(({ id }) => id);
    expect(await idsOf({})).toEqual([first, second]);
    expect(await idsOf({ status: "archived" })).toEqual([first]);
    expect(await idsOf({ status: "active" })).toEqual([second]);
    expect(await idsOf({ q: "tea" })).toEqual([first, second]);
    expect(await idsOf({ q: "50%" })).toEqual([first]);
    expect(await idsOf({ q: "_\\" })).toEqual([first]);
    expect(await idsOf({ q: "%" })).toEqual([first]);
    expect(await list({ q: "tea", limit: "1", includeTotal: "true" })).toMatchObject({ total: 2 });
    expect(await list({})).not.toHaveProperty("total");
  });

  it("takes a cursor only with the filters it was made for", async () => {
    const user = await signUp();
    await startConversation(user);
    await startConversation(user);
    const { nextCursor } = await user.expect("listConversations", 200, { query: { limit: 1 } });
    const cursor = String(nextCursor);
    await user.expect("listConversations", 200, { query: { limit: 5, cursor } });
    for (const other of [{ sort: "createdAt" }, { order: "asc" }, { q: "x" }, { status: "active" }]) {
      const { errors } = await user.refused("listConversations", 400, { query: { ...other, cursor } });
      expect(errors?.[0]?.path).toBe("query.cursor");
    }
  });

  it("finds what has a tag or a value of metadata, and pages through it", async () => {
    const body = { tags: ["café", "work"], metadata: { project: "garden", stars: 3 } };
    const made = await ada.expect("createConversation", 201, { body });
    expect(made.tags).toEqual(body.tags);
    const other = await ada.expect("createConversation", 201, { body: { tags: ["work"] } });
    await eve.expect("createConversation", 201, { body });
    const idsOf = async (query: object) =>
      (await ada.expect("listConversations", 200, { query: { ...query } })).data.map(({ id }) => id);
    expect(await idsOf({ tag: "work" })).toEqual([other.id, made.id]);
    expect(await idsOf({ tag: "work", metadata: { project: "garden", stars: "3" } })).toEqual([made.id]);
    expect(await idsOf({ metadata: { project: "house" } })).toEqual([]);
    const first = await ada.send("listConversations", { query: { tag: "work", limit: 1 } });
    expect(first.headers.get("link")).toContain("tag=work");
    await ada.expect("updateConversation", 200, { params: { conversationId: other.id }, body: { tags: [] } });
    expect(await idsOf({ tag: "work" })).toEqual([made.id]);
    const refused = await ada.refused("listConversations", 400, { query: { metadata: { "": "x" } } });
    expect(refused.errors?.[0]?.path).toBe("query.metadata.");
    await ada.refused("listConversations", 400, { query: { metadata: "x" } });
    await ada.refused("listConversations", 400, { query: { "metadatum.project": "x" } });
    await ada.refused("createConversation", 400, { body: { tags: ["a", "a"] } });
  });

  it("shows nobody else's", async () => {
    const conversationId = await startConversation(ada, { title: "private" });
    const theirs = await eve.expect("listConversations", 200, { query: { q: "private" } });
    expect(theirs.data).toEqual([]);
    await eve.refused("getConversation", 404, { params: { conversationId } });
  });
});

describe("changing", () => {
  it("answers 304 to who has the present version, 412 to who has an earlier one", async () => {
    const params = { conversationId: await startConversation(ada) };
    const first = etagOf(await ada.send("getConversation", { params }));
    const same = await ada.send("getConversation", { params, headers: { "if-none-match": first } });
    expect(same).toMatchObject({ status: 304, text: "" });
    const body = { title: "Second" };
    const changed = await ada.send("updateConversation", { params, body, headers: { "if-match": first } });
    expect(changed.body).toMatchObject(body);
    const stale = { params, body: { title: "Third" }, headers: { "if-match": first } };
    await ada.refused("updateConversation", 412, stale);
    await ada.refused("deleteConversation", 412, { params, headers: { "if-match": first } });
    await ada.expect("updateConversation", 200, { ...stale, headers: { "if-match": "*" } });
    const now = await ada.send("getConversation", { params, headers: { "if-none-match": first } });
    expect(now.body).toMatchObject({ title: "Third" });
  });

  it("lets one of many writers with the same version through", async () => {
    const params = { conversationId: await startConversation(ada) };
    const etag = etagOf(await ada.send("getConversation", { params }));
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        ada.send("updateConversation", {
          params,
          body: { title: `Writer ${index}` },
          headers: { "if-match": etag },
        }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412, 412, 412]);
  });

  it("keeps prompt text and the prompt it came from in step", async () => {
    const { id, systemPrompt, systemPromptId } = await ada.expect("createConversation", 201, { body: {} });
    const params = { conversationId: id };
    const change = (body: object) => ada.expect("updateConversation", 200, { params, body });
    const ownText = { systemPrompt: "Be brief." };
    expect(await change(ownText)).toMatchObject({ ...ownText, systemPromptId: null });
    expect(await change({ systemPromptId })).toMatchObject({ systemPrompt, systemPromptId });
    expect(await change({ systemPromptId: null })).toMatchObject({
      systemPrompt: null,
      systemPromptId: null,
    });
    await change({ systemPromptId });
    expect(await change({ systemPrompt: null })).toMatchObject({ systemPrompt: null, systemPromptId: null });
    const { errors } = await ada.refused("updateConversation", 400, { params, body: { systemPromptId: id } });
    expect(errors?.[0]?.path).toBe("body.systemPromptId");
    await ada.refused("updateConversation", 400, { params, body: { systemPrompt: "x", systemPromptId } });
  });

  it("clears with null, leaves alone what is absent, and refuses a change of nothing", async () => {
    const params = { conversationId: await startConversation(ada, { title: "T", description: "D" }) };
    const body = { title: null, model: "scripted/demo" };
    const changed = await ada.expect("updateConversation", 200, { params, body });
    expect(changed).toMatchObject({ title: null, description: "D", model: "scripted/demo" });
    await ada.refused("updateConversation", 400, { params, body: {} });
    await ada.refused("updateConversation", 400, { params, body: { model: "scripted/no-such" } });
  });
});

describe("deleting", () => {
  it("hides the conversation and cancels its reply, and a restore brings it back", async () => {
    const conversationId = await startConversation(ada, { model: "scripted/slow", title: "Gone" });
    const params = { conversationId };
    const { reply, message } = await ask(ada, conversationId, "Take your time");
    await ada.expect("deleteConversation", 204, { params });
    await ada.refused("getConversation", 404, { params });
    await ada.refused("listMessages", 404, { params });
    await ada.refused("listReplies", 404, { params });
    await ada.refused("getMessage", 404, { params: { ...params, messageId: message.id } });
    await ada.refused("sendMessage", 404, { params, body: { content: "Still there?" } });
    await ada.refused("deleteConversation", 404, { params });
    await ada.refused("getReply", 404, { params: { replyId: reply.id } });
    const deleted = await ada.expect("listConversations", 200, { query: { status: "deleted" } });
    expect(new Set(deleted.data.map(({ status }) => status))).toEqual(new Set(["deleted"]));
    expect(deleted.data.map(({ id }) => id)).toContain(conversationId);
    await eve.refused("restoreConversation", 404, { params });

    expect(await ada.expect("restoreConversation", 200, { params })).toMatchObject({
      status: "active",
      deletedAt: null,
    });
    expect(await ada.expect("restoreConversation", 200, { params })).toMatchObject({ title: "Gone" });
    expect(await ended(ada, reply.id)).toMatchObject({ status: "cancelled" });
    const again = await ask(ada, conversationId, "Hello again", { model: "scripted/echo" });
    expect(await ended(ada, again.reply.id)).toMatchObject({ status: "completed" });
  });
});
