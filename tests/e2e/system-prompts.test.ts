import { beforeAll, describe, expect, it } from "vitest";
import { signUpAdmin } from "./admins.ts";
import { ask, ended, etagOf, signUp, startConversation, type User } from "./client.ts";

let ada: User;
let eve: User;

beforeAll(async () => {
  [ada, eve] = await Promise.all([signUp(), signUp()]);
});

const pirate = { name: "Pirate", content: "Talk like a pirate to {{name}}." };

async function save(user: User, change: object = {}): Promise<string> {
  return (await user.expect("createSystemPrompt", 201, { body: { ...pirate, ...change } })).id;
}

describe("a saved prompt", () => {
  it("is made once per key, read, changed and deleted with its version", async () => {
    const request = { body: pirate, headers: { "idempotency-key": "prompt-1" } };
    const made = await ada.send("createSystemPrompt", request);
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ ...pirate, visibility: "private", isDefault: false, isOwn: true });
    const again = await ada.send("createSystemPrompt", request);
    expect([again.text, again.headers.get("idempotent-replayed")]).toEqual([made.text, "true"]);
    await ada.refused("createSystemPrompt", 422, { ...request, body: { ...pirate, name: "Other" } });

    const params = { systemPromptId: String(made.headers.get("location")).split("/").at(-1) ?? "" };
    const read = await ada.send("getSystemPrompt", { params });
    expect([read.text, etagOf(read)]).toEqual([made.text, etagOf(made)]);
    expect(
      (await ada.send("getSystemPrompt", { params, headers: { "if-none-match": etagOf(read) } })).status,
    ).toBe(304);
    const ifMatch = { "if-match": etagOf(read) };
    await ada.expect("updateSystemPrompt", 200, { params, body: { name: "Parrot" }, headers: ifMatch });
    await ada.refused("updateSystemPrompt", 412, { params, body: { name: "Crow" }, headers: ifMatch });
    await ada.refused("deleteSystemPrompt", 412, { params, headers: ifMatch });
    await ada.expect("deleteSystemPrompt", 204, { params });
    await ada.refused("getSystemPrompt", 404, { params });
    expect((await ada.send("createSystemPrompt", request)).text).toBe(made.text);
    await ada.refused("getSystemPrompt", 404, { params });
  });

  it.each([
    ["text", { name: "x" }],
    ["more than blanks", { ...pirate, content: " " }],
    ["a visibility that there is", { ...pirate, visibility: "shared" }],
    ["known fields alone", { ...pirate, ownerId: "somebody" }],
    ["at most 32 768 characters", { ...pirate, content: "x".repeat(32_769) }],
  ])("must have %s", async (_, body) => {
    await ada.refused("createSystemPrompt", 400, { body });
  });

  it("lists with filters, cursors and totals", async () => {
    const user = await signUp();
    const ids = [];
    for (const name of ["One x%y", "Two x%y", "Three x%y"]) ids.push(await save(user, { name }));
    const query = { q: "X%Y", limit: 2, order: "asc", includeTotal: true };
    const first = await user.expect("listSystemPrompts", 200, { query });
    expect(first.total).toBe(3);
    const cursor = String(first.nextCursor);
    const second = await user.expect("listSystemPrompts", 200, { query: { ...query, cursor } });
    expect([...first.data, ...second.data].map(({ id }) => id)).toEqual(ids);
    await user.refused("listSystemPrompts", 400, { query: { ...query, q: "other", cursor } });
    const all = await user.expect("listSystemPrompts", 200, { query: { visibility: "private", limit: 100 } });
    // The one every user starts with.
    expect(all.data.filter(({ isDefault }) => isDefault)).toHaveLength(1);
  });
});

describe("a public prompt", () => {
  it("is everybody's to read and use, its owner's and admins' to change", async () => {
    const name = `Shared ${Date.now()}`;
    const systemPromptId = await save(ada, { name, visibility: "public", isDefault: true });
    const params = { systemPromptId };
    const seen = await eve.expect("getSystemPrompt", 200, { params });
    expect(seen).toMatchObject({ name, isOwn: false, isDefault: false, visibility: "public" });
    const listed = await eve.expect("listSystemPrompts", 200, { query: { visibility: "public", q: name } });
    expect(listed.data).toEqual([seen]);
    await eve.refused("updateSystemPrompt", 403, { params, body: { name: "Mine" } });
    await eve.refused("deleteSystemPrompt", 403, { params });
    const conversationId = await startConversation(eve, { systemPromptId });

    const admin = await signUpAdmin();
    await admin.expect("updateSystemPrompt", 200, { params, body: { content: "Be kind." } });
    await admin.refused("updateSystemPrompt", 403, { params, body: { isDefault: true } });
    const secret = await save(ada);
    await admin.refused("updateSystemPrompt", 404, {
      params: { systemPromptId: secret },
      body: { name: "x" },
    });
    await admin.expect("deleteSystemPrompt", 204, { params });
    const { id: userId } = await ada.expect("getMe", 200);
    const audit = await admin.send("listAdminActions", { query: { userId } });
    expect((audit.body as { data: object[] }).data).toMatchObject([
      {},
      { action: "prompt.deleted", userId, details: { systemPromptId } },
      { action: "prompt.changed", userId, details: { systemPromptId, fields: "content" } },
    ]);
    expect(audit.text).not.toContain("Be kind.");
    const conversation = await eve.expect("getConversation", 200, { params: { conversationId } });
    expect(conversation).toMatchObject({ systemPrompt: pirate.content, systemPromptId });
  });

  it("is no more when its owner takes it back", async () => {
    const params = { systemPromptId: await save(ada, { visibility: "public" }) };
    await ada.expect("updateSystemPrompt", 200, { params, body: { visibility: "private" } });
    const hidden = await eve.refused("getSystemPrompt", 404, { params });
    const unknown = await eve.refused("getSystemPrompt", 404, { params: { systemPromptId: "z".repeat(24) } });
    expect({ ...hidden, instance: "" }).toEqual({ ...unknown, instance: "" });
    await eve.refused("createConversation", 400, { body: params });
  });
});

describe("conversations", () => {
  it("start with the default prompt, of which there is one", async () => {
    const user = await signUp();
    const first = await save(user, { isDefault: true });
    const before = await user.send("getSystemPrompt", { params: { systemPromptId: first } });
    const second = await save(user, { name: "Second", isDefault: true });
    const query = { visibility: "private", limit: 100 };
    const { data } = await user.expect("listSystemPrompts", 200, { query });
    expect(data.filter(({ isDefault }) => isDefault).map(({ id }) => id)).toEqual([second]);
    const after = await user.send("getSystemPrompt", { params: { systemPromptId: first } });
    expect(etagOf(after)).not.toBe(etagOf(before));
    const conversation = await user.expect("createConversation", 201, { body: {} });
    expect(conversation.systemPromptId).toBe(second);
    const params = { systemPromptId: second };
    await user.expect("updateSystemPrompt", 200, { params, body: { isDefault: false } });
    const bare = await user.expect("createConversation", 201, { body: {} });
    expect(bare).toMatchObject({ systemPrompt: null, systemPromptId: null });
  });

  it("keep their copy, fill it for each reply, and remember where it came from until it is edited", async () => {
    const systemPromptId = await save(ada);
    const metadata = { name: "Captain {{name}}" };
    const conversationId = await startConversation(ada, { systemPromptId, metadata });
    const params = { conversationId };
    expect(await ada.expect("getConversation", 200, { params })).toMatchObject({ systemPromptId });
    const { reply } = await ask(ada, conversationId, "Ahoy");
    await ended(ada, reply.id);
    await ada.expect("deleteSystemPrompt", 204, { params: { systemPromptId } });
    const context = await ada.expect("getReplyContext", 200, { params: { replyId: reply.id } });
    expect(context.systemPrompt).toBe("Talk like a pirate to Captain {{name}}.");
    const edited = await ada.expect("updateConversation", 200, {
      params,
      body: { systemPrompt: "Plainly, {{who}}." },
    });
    expect(edited).toMatchObject({ systemPrompt: "Plainly, {{who}}.", systemPromptId: null });
    const later = await ask(ada, conversationId, "And now?");
    const second = await ada.expect("getReplyContext", 200, { params: { replyId: later.reply.id } });
    expect(second.systemPrompt).toBe("Plainly, {{who}}.");
    const replyId = reply.id;
    expect((await ada.expect("getReplyContext", 200, { params: { replyId } })).systemPrompt).toBe(
      context.systemPrompt,
    );
    await eve.refused("getReplyContext", 404, { params: { replyId } });
  });
});
