import { expect, inject, it } from "vitest";
import { ask, createClient, ended, etagOf, mailedCode, signUp, startConversation } from "./client.ts";

it("shows the signed-in user and nobody else", async () => {
  const [ada, eve] = await Promise.all([signUp(), signUp()]);
  const [hers, theirs] = await Promise.all([ada.expect("getMe", 200), eve.expect("getMe", 200)]);
  expect(hers).toMatchObject({
    email: ada.email,
    displayName: null,
    roles: ["user"],
    tokens: { balance: 1_000_000, held: 0 },
  });
  expect(theirs).toMatchObject({ email: eve.email });
  expect(theirs.id).not.toBe(hers.id);
});

it("changes the profile of who has seen the present one", async () => {
  const [ada, eve] = await Promise.all([signUp(), signUp()]);
  const etag = etagOf(await ada.send("getMe"));
  expect((await ada.send("getMe", { headers: { "if-none-match": etag } })).status).toBe(304);
  const headers = { "if-match": etag };
  const changed = await ada.send("updateMe", { body: { displayName: "Ada \u{1F33B}" }, headers });
  expect(changed.body).toMatchObject({ displayName: "Ada \u{1F33B}" });
  await ada.refused("updateMe", 412, { body: { displayName: "Late" }, headers });
  expect(await ada.expect("updateMe", 200, { body: { displayName: null } })).toMatchObject({
    displayName: null,
  });
  expect(await eve.expect("getMe", 200)).toMatchObject({ displayName: null });
});

it("keeps what a person prefers, and begins new conversations with their model", async () => {
  const [ada, eve] = await Promise.all([signUp(), signUp()]);
  const prefer = (preferences: object) => ada.expect("updateMe", 200, { body: { preferences } });
  expect((await prefer({ locale: "pt-BR" })).preferences).toEqual({ defaultModel: null, locale: "pt-BR" });
  const me = await prefer({ defaultModel: "scripted/slow" });
  expect(me.preferences).toEqual({ defaultModel: "scripted/slow", locale: "pt-BR" });
  const begin = async (user: typeof ada, body: object) =>
    (await user.expect("createConversation", 201, { body })).model;
  const models = [await begin(ada, {}), await begin(ada, { model: null }), await begin(eve, {})];
  expect(models).toEqual(["scripted/slow", null, null]);
  const { conversation, reply } = await ada.expect("createConversation", 202, {
    body: { message: { content: "Slowly" } },
  });
  expect([conversation.model, reply.model]).toEqual(["scripted/slow", "scripted/slow"]);
  for (const preferences of [{ defaultModel: "openai/none" }, { locale: "not a tag" }, { theme: "dark" }]) {
    await ada.refused("updateMe", 400, { body: { preferences } });
  }
  await prefer({ defaultModel: null });
  expect(await begin(ada, {})).toBeNull();
});

it("says what is stored of a person, and how much may be", async () => {
  const [ada, eve] = await Promise.all([signUp(), signUp()]);
  await ada.expect("createNote", 201, { body: { content: "Water them." } });
  await startConversation(ada);
  const [hers, theirs] = await Promise.all([ada.expect("getMe", 200), eve.expect("getMe", 200)]);
  expect(hers.storage).toMatchObject({
    notes: { used: 1, limit: 2_000 },
    conversations: { used: 1, limit: 5_000 },
  });
  expect(hers.storage.bytes.used - theirs.storage.bytes.used).toBeGreaterThanOrEqual("Water them.".length);
  expect(theirs.storage).toMatchObject({ notes: { used: 0 }, systemPrompts: { used: 1 } });
});

it("holds the price of a reply while it runs and charges it when it is there", async () => {
  const [ada, eve] = await Promise.all([signUp(), signUp()]);
  const { tokens } = await ada.expect("getMe", 200);
  const conversationId = await startConversation(ada, { model: "scripted/slow" });
  const slow = await ask(ada, conversationId, "Slowly");
  const held = await ada.expect("getMe", 200);
  expect(held.tokens).toEqual({ balance: tokens.balance, held: 100 });
  expect(await eve.expect("getMe", 200)).toMatchObject({ tokens: { balance: 1_000_000, held: 0 } });
  await eve.refused("cancelReply", 404, { params: { replyId: slow.reply.id } });
  await ada.expect("cancelReply", 200, { params: { replyId: slow.reply.id } });
  const quick = await ask(ada, conversationId, "Quick", { model: "scripted/echo" });
  const { tokensCharged } = await ended(ada, quick.reply.id);
  const cancelled = await ended(ada, slow.reply.id);
  const after = await ada.expect("getMe", 200);
  const spent = tokensCharged + cancelled.tokensCharged;
  expect(after.tokens).toEqual({ balance: tokens.balance - spent, held: 0 });
  expect(await eve.expect("getMe", 200)).toMatchObject({ tokens: { balance: 1_000_000, held: 0 } });
});

it("ends every session when a forgotten password is reset, and nobody else's", async () => {
  const { url, cognitoEndpoint } = inject("stack");
  const visitor = createClient(url);
  const [ada, eve] = await Promise.all([signUp(), signUp()]);
  const password = "Correct-Horse-7";
  const sessions = await Promise.all(
    [ada.email, ada.email, eve.email].map((email) =>
      visitor.expect("login", 200, { body: { email, password } }),
    ),
  );
  await visitor.expect("forgotPassword", 202, { body: { email: ada.email } });
  const code = await mailedCode(cognitoEndpoint, ada.email);
  const body = { email: ada.email, code, password: "Battery-Staple-8" };
  await visitor.expect("resetPassword", 204, { body });
  const statuses = [];
  for (const { refreshToken } of sessions) {
    statuses.push((await visitor.send("refresh", { body: { refreshToken } })).status);
  }
  expect(statuses).toEqual([401, 401, 200]);
  await visitor.expect("login", 200, { body: { email: ada.email, password: body.password } });
});

it("wants a token that is one", async () => {
  const { url } = inject("stack");
  const [ada, eve] = await Promise.all([signUp(), signUp()]);
  // What one token says under another's signature is said by nobody.
  const [head, payload] = ada.token.split(".");
  const mixed = [head, payload, eve.token.split(".")[2]].join(".");
  for (const token of [undefined, "", "nonsense", mixed]) {
    const response = await fetch(`${url}/v1/me`, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    });
    expect(response.status).toBe(401);
  }
});

it("takes credentials in the one header that the guide names, and answers any other way with the gateway's 401", async () => {
  const { url } = inject("stack");
  const ada = await signUp();
  const { key } = await ada.expect("createApiKey", 201, { body: { name: "script", scopes: ["read"] } });
  const given = key ?? "";
  expect((await fetch(`${url}/v1/me`, { headers: { authorization: `Bearer ${given}` } })).status).toBe(200);
  for (const headers of [{ "x-api-key": given }, { authorization: given }, { cookie: `token=${given}` }]) {
    const response = await fetch(`${url}/v1/me?token=${given}`, { headers });
    expect([response.status, await response.json()]).toEqual([401, { message: "Unauthorized" }]);
  }
});
