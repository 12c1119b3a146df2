import { beforeAll, describe, expect, it } from "vitest";
import { ask, ended, etagOf, signUp, startConversation, type User } from "./client.ts";

let ada: User;
let eve: User;

beforeAll(async () => {
  [ada, eve] = await Promise.all([signUp(), signUp()]);
});

async function contents(user: User, conversationId: string, query: Record<string, string> = {}) {
  const page = await user.expect("listMessages", 200, {
    params: { conversationId },
    query: { order: "asc", ...query },
  });
  return page.data.map(({ content }) => content);
}

describe("sending", () => {
  it("is answered at the message's side", async () => {
    const conversationId = await startConversation(ada);
    const body = { content: "Good  morning\n\u{1F33B}", metadata: { from: "test", a: 1 } };
    const answer = await ada.send("sendMessage", { params: { conversationId }, body });
    expect(answer.status).toBe(202);
    const { message, reply } = answer.body as Awaited<ReturnType<typeof ask>>;
    expect(answer.headers.get("location")).toBe(`/v1/replies/${reply.id}`);
    expect(answer.headers.get("retry-after")).toBe("1");
    expect(message).toMatchObject({
      ...body,
      conversationId,
      role: "user",
      replyId: reply.id,
      replyTo: null,
    });
    expect(reply).toMatchObject({ status: "queued", messageId: message.id, model: "scripted/echo" });

    const done = await ended(ada, reply.id);
    const page = await ada.expect("listMessages", 200, { params: { conversationId } });
    expect(page.data).toMatchObject([
      { id: done.assistantMessageId, role: "assistant", content: `Echo: ${body.content}`, position: 2 },
      { id: message.id, role: "user", content: body.content, position: 1 },
    ]);
    expect(page.data[0]).toMatchObject({ replyTo: message.id, replyId: reply.id });
  });

  it("asks the model of the message, else of the conversation, else the default", async () => {
    const conversationId = await startConversation(ada, { model: "scripted/demo" });
    const own = await ask(ada, conversationId, "Hello", { model: "scripted/echo" });
    expect(own.reply.model).toBe("scripted/echo");
    expect((await ask(ada, conversationId, "Hello")).reply.model).toBe("scripted/demo");
    expect((await ask(ada, await startConversation(ada), "Hello")).reply.model).toBe("scripted/echo");
    const { errors } = await ada.refused("sendMessage", 400, {
      params: { conversationId },
      body: { content: "Hello", model: "scripted/no-such" },
    });
    expect(errors?.[0]?.path).toBe("body.model");
  });

  it("answers two quick messages in order, each after its own", async () => {
    const conversationId = await startConversation(ada);
    const first = await ask(ada, conversationId, "one");
    const second = await ask(ada, conversationId, "two");
    await ended(ada, second.reply.id);
    expect(await ended(ada, first.reply.id)).toMatchObject({ status: "completed" });
    expect(await contents(ada, conversationId)).toEqual(["one", "Echo: one", "two", "Echo: two"]);
  });

  it("imports an assistant's message without a reply", async () => {
    const conversationId = await startConversation(ada);
    const body = { content: "From elsewhere", role: "assistant" };
    const answer = await ada.send("sendMessage", { params: { conversationId }, body });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ message: { ...body, replyId: null } });
    const replies = await ada.expect("listReplies", 200, { params: { conversationId } });
    expect(replies.data).toEqual([]);
    for (const more of [{ model: "scripted/echo" }, { onBusy: "reject" }]) {
      await ada.refused("sendMessage", 400, { params: { conversationId }, body: { ...body, ...more } });
    }
  });

  it("replies to a message of the same conversation only", async () => {
    const conversationId = await startConversation(ada);
    const { message } = await ask(ada, conversationId, "first");
    const linked = await ask(ada, conversationId, "second", { replyTo: message.id });
    expect(linked.message.replyTo).toBe(message.id);
    const elsewhere = await startConversation(ada);
    const body = { content: "third", replyTo: message.id };
    const { errors } = await ada.refused("sendMessage", 400, { params: { conversationId: elsewhere }, body });
    expect(errors?.[0]?.path).toBe("body.replyTo");
    expect(await contents(ada, elsewhere)).toEqual([]);
  });

  it("counts its text in code points", async () => {
    const params = { conversationId: await startConversation(ada) };
    const longest = "\u{1F600}".repeat(32_768);
    const imported = { role: "assistant", content: longest };
    await ada.expect("sendMessage", 201, { params, body: imported });
    await ada.refused("sendMessage", 400, { params, body: { ...imported, content: `${longest}x` } });
    for (const content of ["", " \n\t "]) {
      await ada.refused("sendMessage", 400, { params, body: { ...imported, content } });
    }
  });
});

describe("sending while a reply is unfinished", () => {
  async function busy() {
    const conversationId = await startConversation(ada, { model: "scripted/slow" });
    return { conversationId, running: await ask(ada, conversationId, "Slowly") };
  }

  it("is refused with the running reply's id when it asks for that", async () => {
    const { conversationId, running } = await busy();
    const refused = await ada.refused("sendMessage", 409, {
      params: { conversationId },
      body: { content: "Now?", onBusy: "reject" },
    });
    expect(refused).toMatchObject({ type: "/problems/conflict", replyId: running.reply.id });
    expect(await contents(ada, conversationId)).toEqual(["Slowly"]);
  });

  it("interrupts the reply, keeping its message, which the model is asked as well", async () => {
    const { conversationId, running } = await busy();
    const next = await ask(ada, conversationId, "Quick", { onBusy: "interrupt", model: "scripted/echo" });
    expect(await ended(ada, running.reply.id)).toMatchObject({ status: "cancelled" });
    expect(await ended(ada, next.reply.id)).toMatchObject({ status: "completed" });
    expect(await contents(ada, conversationId)).toEqual(["Slowly", "Quick", "Echo: Slowly\n\nQuick"]);
  });

  it("rolls the reply back with its message", async () => {
    const { conversationId, running } = await busy();
    const next = await ask(ada, conversationId, "Quick", { onBusy: "rollback", model: "scripted/echo" });
    expect(await ended(ada, running.reply.id)).toMatchObject({ status: "cancelled" });
    expect(await ended(ada, next.reply.id)).toMatchObject({ status: "completed" });
    expect(await contents(ada, conversationId)).toEqual([null, "Quick", "Echo: Quick"]);
  });
});

describe("listing", () => {
  it("pages, filters by role and text, counts, and knows whose it is", async () => {
    const conversationId = await startConversation(ada);
    for (const content of ["a 100% cat", "dog", "Cat_2", "bird", "CAT"]) {
      const role = content === "dog" ? "user" : "assistant";
      const body = { content, role };
      await ada.expect("sendMessage", role === "user" ? 202 : 201, { params: { conversationId }, body });
    }
    const params = { conversationId };
    const first = await ada.expect("listMessages", 200, { params, query: { limit: 2, includeTotal: true } });
    expect(first.total).toBeGreaterThanOrEqual(5);
    expect(first.data.map(({ content }) => content)).toEqual(["CAT", "bird"]);
    const cursor = String(first.nextCursor);
    const second = await ada.expect("listMessages", 200, { params, query: { limit: 2, cursor } });
    expect(second.data[0]?.content).toBe("Cat_2");
    await ada.refused("listMessages", 400, { params, query: { cursor, role: "user" } });
    const other = { conversationId: await startConversation(ada) };
    await ada.refused("listMessages", 400, { params: other, query: { cursor } });

    const imported = { role: "assistant" };
    expect(await contents(ada, conversationId, { ...imported, q: "cat" })).toEqual([
      "a 100% cat",
      "Cat_2",
      "CAT",
    ]);
    expect(await contents(ada, conversationId, { q: "%" })).toEqual(["a 100% cat"]);
    expect(await contents(ada, conversationId, { q: "t_" })).toEqual(["Cat_2"]);
    expect(await contents(ada, conversationId, { role: "user" })).toEqual(["dog"]);
    await eve.refused("listMessages", 404, { params });
  });

  it("shows each change at once, cached as it may be", async () => {
    const conversationId = await startConversation(ada);
    const params = { conversationId };
    /** Read twice, so that the next change finds it cached; but for the status of a reply, which changes by itself. */
    async function newest() {
      const read = async () => {
        const [page, conversation] = await Promise.all([
          ada.expect("listMessages", 200, { params }),
          ada.expect("getConversation", 200, { params }),
        ]);
        const message = page.data.find(({ role }) => role === "user") ?? page.data[0];
        return { message: { ...message, reply: message?.reply?.id }, conversation };
      };
      const first = await read();
      expect(await read()).toEqual(first);
      return first;
    }
    for (const [index, content] of ["first", "second", "third"].entries()) {
      await ada.expect("sendMessage", 201, { params, body: { role: "assistant", content } });
      const conversation = { messageCount: index + 1 };
      expect(await newest()).toMatchObject({ message: { content }, conversation });
    }
    const one = { conversationId, messageId: String((await newest()).message?.id) };
    await ada.expect("editMessage", 200, { params: one, body: { content: "fourth" } });
    expect(await newest()).toMatchObject({ message: { content: "fourth" } });
    await ada.expect("deleteMessage", 204, { params: one });
    expect(await newest()).toMatchObject({ message: { content: null }, conversation: { messageCount: 2 } });
    await ada.expect("updateConversation", 200, { params, body: { title: "Fifth" } });
    expect(await newest()).toMatchObject({ conversation: { title: "Fifth" } });
    const { message, reply } = await ask(ada, conversationId, "sixth", { model: "scripted/slow" });
    expect(await newest()).toMatchObject({
      message: { id: message.id },
      conversation: { activeReplyId: reply.id },
    });
    await ada.expect("cancelReply", 200, { params: { replyId: reply.id } });
    expect(await newest()).toMatchObject({ conversation: { activeReplyId: null } });
    const again = await ada.expect("askAgain", 202, {
      params: { conversationId, messageId: message.id },
      body: { model: "scripted/slow" },
    });
    expect(await newest()).toMatchObject({ message: { replyId: again.reply.id } });
    await eve.refused("listMessages", 404, { params });
    await eve.refused("getConversation", 404, { params });
    await ada.expect("deleteConversation", 204, { params });
    await ada.refused("listMessages", 404, { params });
    await ada.refused("getConversation", 404, { params });
  });
});

describe("editing and deleting", () => {
  it("changes the text of the version that the client has seen", async () => {
    const conversationId = await startConversation(ada);
    const { message, reply } = await ask(ada, conversationId, "Teh question");
    await ended(ada, reply.id);
    const params = { conversationId, messageId: message.id };
    const etag = etagOf(await ada.send("getMessage", { params }));
    const same = await ada.send("getMessage", { params, headers: { "if-none-match": etag } });
    expect(same.status).toBe(304);
    const headers = { "if-match": etag };
    const body = { content: "The question" };
    const edited = await ada.send("editMessage", { params, body, headers });
    expect(edited.body).toMatchObject({ ...body, isEdited: true, position: message.position });
    expect(etagOf(edited)).not.toBe(etag);
    await ada.refused("editMessage", 412, { params, body: { content: "Late" }, headers });
    await ada.refused("deleteMessage", 412, { params, headers });
    await eve.refused("editMessage", 404, { params, body });
    expect(await contents(ada, conversationId)).toEqual(["The question", "Echo: Teh question"]);
  });

  it("changes metadata without calling it an edit", async () => {
    const conversationId = await startConversation(ada);
    const { message } = await ask(ada, conversationId, "Hello", { metadata: { a: 1 } });
    const params = { conversationId, messageId: message.id };
    const changed = await ada.expect("editMessage", 200, { params, body: { metadata: { b: true } } });
    expect(changed).toMatchObject({ content: "Hello", metadata: { b: true }, isEdited: false });
    await ada.refused("editMessage", 400, { params, body: {} });
  });

  it("leaves a place without text, cancels the message's reply and lets the next one run", async () => {
    const conversationId = await startConversation(ada);
    const slow = await ask(ada, conversationId, "Slowly", { model: "scripted/slow" });
    const next = await ask(ada, conversationId, "Quick");
    const params = { conversationId, messageId: slow.message.id };
    await eve.refused("deleteMessage", 404, { params });
    await ada.expect("deleteMessage", 204, { params });
    await ada.expect("deleteMessage", 204, { params });
    expect(await ended(ada, slow.reply.id)).toMatchObject({ status: "cancelled" });
    expect(await ended(ada, next.reply.id)).toMatchObject({ status: "completed" });
    expect(await ada.expect("getMessage", 200, { params })).toMatchObject({ content: null, isDeleted: true });
    expect(await contents(ada, conversationId)).toEqual([null, "Quick", "Echo: Quick"]);
    await ada.refused("editMessage", 409, { params, body: { content: "Back" } });
    await ada.refused("askAgain", 409, { params });
  });
});

describe("asking again", () => {
  it("replaces the active answer and keeps the earlier one as a version", async () => {
    const conversationId = await startConversation(ada);
    const first = await ask(ada, conversationId, "Hello");
    await ended(ada, first.reply.id);
    const params = { conversationId, messageId: first.message.id };
    const again = await ada.expect("askAgain", 202, { params, body: { model: "scripted/demo" } });
    expect(again.message).toMatchObject({ id: first.message.id, replyId: again.reply.id });
    expect(again.reply).toMatchObject({ status: "queued", model: "scripted/demo" });
    const done = await ended(ada, again.reply.id);
    expect(await contents(ada, conversationId)).toEqual(["Hello", done.partialText]);
    const all = await ada.expect("listMessages", 200, {
      params: { conversationId },
      query: { versions: "all", role: "assistant" },
    });
    const versions = all.data.map(({ replyId, isActive }) => [replyId, isActive]);
    expect(new Map(versions as [string, boolean][])).toEqual(
      new Map([
        [first.reply.id, false],
        [again.reply.id, true],
      ]),
    );
  });

  it("is for user messages of one's own", async () => {
    const conversationId = await startConversation(ada);
    const { message, reply } = await ask(ada, conversationId, "Hello");
    const { assistantMessageId } = await ended(ada, reply.id);
    const answer = { conversationId, messageId: String(assistantMessageId) };
    await ada.refused("askAgain", 409, { params: answer });
    await eve.refused("askAgain", 404, { params: { conversationId, messageId: message.id } });
    const mixed = { conversationId: await startConversation(eve), messageId: message.id };
    await ask(eve, mixed.conversationId, "Hello", { model: "scripted/slow" });
    await eve.refused("askAgain", 404, { params: mixed, body: { onBusy: "reject" } });
  });
});
