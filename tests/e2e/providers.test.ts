import { openDatabase } from "@parley/data/database";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { signUpAdmin } from "./admins.ts";
import { ask, ended, signUp, startConversation, type User } from "./client.ts";
import { namedProviders, nova, testParameters } from "./five-providers.ts";
import { type Asked, startModelServer } from "./model-server.ts";
import { type OwnStack, startOwnStack } from "./own-stack.ts";
import { testGuide, testLessons, testLoggedKeys } from "./taught-models.ts";

const logged: string[] = [];
let asked: Asked[];
let server: Awaited<ReturnType<typeof startModelServer>>;
let own: OwnStack;
let ada: User;
let eve: User;
let admin: User;

const lama = "meta-llama/llama-4:free@v1.0";

beforeAll(async () => {
  server = await startModelServer([{ id: lama, context_length: 65_536 }, { id: "llama-3.3" }, { id: 7 }]);
  const { url } = server;
  asked = server.asked;
  const settings = {
    // Answers of many megabytes are stored.
    STORAGE_MEGABYTES: "0",
    OPENAI_BASE_URL: `${url}/v1`,
    OPENAI_API_KEY: "sk-canary-openai",
    ANTHROPIC_BASE_URL: url,
    ANTHROPIC_API_KEY: "sk-canary-anthropic",
    PROVIDERS: JSON.stringify(namedProviders(url)),
    GROQ_API_KEY: "gsk-canary",
    AZURE_API_KEY: "azure-canary",
    AWS_API_KEY: "bedrock-canary",
  };
  own = await startOwnStack(settings, { onLog: (_, line) => void logged.push(line) });
  [ada, eve, admin] = await Promise.all([signUp(own.address), signUp(own.address), signUpAdmin(own.address)]);
  await ada.expect("createNote", 201, { body: { content: "Tomatoes on Mondays" } });
});

afterAll(async () => {
  await own.close();
  server.close();
});

it.each([
  ["openai", "openai/some-local-model", "/v1/chat/completions"],
  ["anthropic", "anthropic/claude-sonnet-5-5", "/v1/messages"],
])("the %s SDK streams a reply through from its base URL", async (provider, model, path) => {
  const conversationId = await startConversation(ada, { systemPrompt: "Be kind." });
  const { reply } = await ask(ada, conversationId, "Hello, you", { model });
  expect(await ended(ada, reply.id)).toMatchObject({
    status: "completed",
    model,
    partialText: "Hello! Grüße 你好 👋🏽 done.",
    finishReason: "stop",
    usage: { inputTokens: expect.any(Number), outputTokens: expect.any(Number) },
  });
  const call = asked.at(-1);
  expect(call).toMatchObject({ path: expect.stringContaining(path), body: { stream: true } });
  expect(call?.authorization ?? `Bearer sk-canary-${provider}`).toBe(`Bearer sk-canary-${provider}`);
  expect(JSON.stringify(call?.body)).toContain("Hello, you");
  expect(JSON.stringify(call?.body)).toContain("Be kind.");
  await eve.refused("getReply", 404, { params: { replyId: reply.id } });
});

it.each([
  ["groq/llama-3.3", "/groq/v1/chat/completions", "gsk-canary", { tokensCharged: expect.any(Number) }],
  [
    `aws/${nova}`,
    `/model/${encodeURIComponent(nova)}/converse-stream`,
    "bedrock-canary",
    { partialText: "Hello from Nova.", tokensCharged: 100 },
  ],
])("a provider of another name answers as %s, with its own key", async (model, path, key, expected) => {
  const { data } = await ada.expect("listModels", 200);
  expect(data.map(({ id }) => id)).toContain(model);
  const conversationId = await startConversation(ada);
  const { reply } = await ask(ada, conversationId, "Hello", { model });
  expect(await ended(ada, reply.id)).toMatchObject({ status: "completed", model, attempts: 1, ...expected });
  expect(asked.at(-1)).toMatchObject({ path, authorization: `Bearer ${key}` });
  await eve.refused("getReply", 404, { params: { replyId: reply.id } });
});

it("a server that names models in its path, and wants its key elsewhere, is asked so, and offered no tools", async () => {
  const model = "azure/my-gpt";
  const { reply } = await ask(ada, await startConversation(ada), "Tomatoes?", { model });
  expect(await ended(ada, reply.id)).toMatchObject({ status: "completed", model, attempts: 1 });
  expect(asked.at(-1)).toMatchObject({
    path: "/openai/deployments/my-gpt/chat/completions?api-version=2024-10-21",
    authorization: undefined,
    apiKey: "azure-canary",
  });
  expect(asked.at(-1)?.body).not.toHaveProperty("tools");
  await eve.refused("getReply", 404, { params: { replyId: reply.id } });
});

it("a model that the server does not have fails at once, says so, and costs nothing", async () => {
  const before = await ada.expect("getMe", 200);
  const { reply } = await ask(ada, await startConversation(ada), "Hello", { model: "openai/gone" });
  expect(await ended(ada, reply.id)).toMatchObject({
    status: "failed",
    error: { code: "provider_rejected", message: expect.stringContaining("model") },
    attempts: 1,
    tokensCharged: 0,
  });
  expect((await ada.expect("getMe", 200)).tokens).toEqual(before.tokens);
});

it("a model that a provider does not list is refused, and a metered one costs what it used", async () => {
  const conversationId = await startConversation(ada);
  await ada.refused("sendMessage", 400, {
    params: { conversationId },
    body: { content: "Hi", model: "groq/other" },
  });
  const before = await ada.expect("getMe", 200);
  const { reply } = await ask(ada, conversationId, "Hello", { model: "groq/llama-3.3" });
  const { usage, tokensCharged } = await ended(ada, reply.id);
  expect(tokensCharged).toBe(
    Math.ceil(((usage?.inputTokens ?? 0) * 10 + (usage?.outputTokens ?? 0) * 20) / 1_000),
  );
  expect((await ada.expect("getMe", 200)).tokens.balance).toBe(before.tokens.balance - tokensCharged);
});

testParameters(() => ({ ada, eve, asked }));

const local = "openai/some-local-model";
const hello = { status: "completed", partialText: "Hello you.", usage: { inputTokens: 7, outputTokens: 3 } };

it.each([
  ["parts", local, { ...hello, attempts: 1 }],
  ["whole", local, { ...hello, attempts: 1 }],
  ["miscounts", local, { status: "completed", partialText: "Hello you.", attempts: 1 }],
  ["aborts", local, { status: "failed", error: { code: "provider_unavailable" }, attempts: 1 }],
  ["lacks", "openai/no-tools", { ...hello, attempts: 2 }],
  ["refuses", "openai/no-usage", { ...hello, attempts: 2 }],
  ["doubles", local, { status: "completed", partialText: "On Mondays.", attempts: 2 }],
  ["thinks", local, { status: "failed", error: { code: "output_limit_reached" }, attempts: 1 }],
  ["overflows", local, { status: "failed", error: { code: "context_too_long" }, attempts: 1 }],
  ["signs", local, { status: "completed", partialText: "On Mondays.", attempts: 2 }],
  ["template", local, { status: "completed", partialText: "On Mondays.", attempts: 3 }],
  ["starts", "anthropic/claude-sonnet-5-5", { ...hello, attempts: 1 }],
])("a server that %s is understood", async (word, model, expected) => {
  const calls = asked.length;
  const { id: systemPromptId } = await ada.expect("createSystemPrompt", 201, {
    body: { name: word, content: "{{mood}}" },
  });
  const conversationId = await startConversation(ada, { systemPromptId, metadata: { mood: " " } });
  const { reply } = await ask(ada, conversationId, `${word} please`, { model });
  expect(await ended(ada, reply.id)).toMatchObject(expected);
  expect(asked.length - calls).toBe(expected.attempts);
  await eve.refused("getReply", 404, { params: { replyId: reply.id } });
});

testGuide(() => ({ eve, admin, url: own.address.url }));
testLessons(() => ({ ada, eve, admin }));
testLoggedKeys(logged);

it("a server that ignores the limit is cut off at it, and what is stored can be read", async () => {
  const conversationId = await startConversation(ada);
  const { reply } = await ask(ada, conversationId, "floods please", { model: local });
  const answered = await ended(ada, reply.id);
  expect(answered).toMatchObject({ status: "incomplete", finishReason: "length", isCut: false, attempts: 1 });
  expect(answered.partialText.length).toBeGreaterThan(4_096 * 4);
  expect(answered.partialText.length).toBeLessThan(4_096 * 16);
  const read = { conversationId, messageId: String(answered.assistantMessageId) };
  // As it was stored before there was a limit.
  const database = openDatabase(own.stack.databaseUrl);
  const store = (id: string, text: string) =>
    database.run(({ orm }) => orm.execute(`update messages set content = ${text} where id = '${id}'`));
  await store(read.messageId, "repeat('wörd ', 6600000)");
  await store(reply.messageId, "repeat(U&'\\0001', 4000000)");
  await database.close();
  const cut = { isCut: true };
  expect(await ada.expect("getMessage", 200, { params: read })).toMatchObject(cut);
  const end = { params: read, query: { after: 32_999_995 } };
  expect(await ada.expect("getMessage", 200, end)).toMatchObject({ isCut: false, content: "wörd " });
  expect(await ada.expect("getReply", 200, { params: { replyId: reply.id } })).toMatchObject(cut);
  const messages = await ada.expect("listMessages", 200, { params: { conversationId } });
  expect(messages.data).toMatchObject([{ ...cut, id: read.messageId }]);
  expect(messages.nextCursor).not.toBeNull();
  const replies = await ada.expect("listReplies", 200, { params: { conversationId } });
  expect(replies.data).toMatchObject([cut]);
  await ada.expect("searchMessages", 200, { query: {} });
  await ada.expect("searchMessages", 200, { query: { q: "word" } });
  await ada.expect("findSimilarMessages", 200, { query: { q: "word" } });
  await ada.expect("exportMe", 200, {});
  await ada.expect("estimateReply", 200, { params: { conversationId }, body: { content: "More" } });
  await eve.refused("getMessage", 404, { params: read });
});

it("what a provider says of a refused key stays between it and the worker", async () => {
  const conversationId = await startConversation(ada);
  const { reply } = await ask(ada, conversationId, "Hello", { model: "openai/secret" });
  const failed = await ada.send("getReply", { params: { replyId: reply.id }, query: { waitSeconds: 20 } });
  expect(failed.body).toMatchObject({ status: "failed", error: { code: "provider_rejected" }, attempts: 1 });
  expect(failed.text).not.toContain("sk-");
  await eve.refused("getReply", 404, { params: { replyId: reply.id } });
});

const modelId = `groq/${lama}`;
const params = { modelId };
const metered = { kind: "metered", inputPer1000: 10, outputPer1000: 20 } as const;
const written = { contextTokens: 65_536, maxOutputTokens: 2_000, price: metered };

it("an admin sees what a server offers, and nobody else does", async () => {
  const { data } = await admin.expect("discoverModels", 200, { body: { provider: "groq" } });
  expect(data).toContainEqual(
    expect.objectContaining({ id: modelId, contextTokens: 65_536, isOffered: false }),
  );
  expect(data.map(({ name }) => name).sort()).toEqual(["llama-3.3", lama]);
  const silent = await admin.refused("discoverModels", 503, { body: { provider: "openai" } });
  expect(silent.detail).toBe("The server of openai does not list its models: it answered with status 401.");
  await admin.refused("discoverModels", 400, { body: { provider: "nobody" } });
  await eve.refused("discoverModels", 403, { body: { provider: "groq" } });
  expect((await admin.expect("listAdminModels", 200)).providersWithoutKey).toEqual(["keyless"]);
});

it("a model that an admin adds is asked at once, at the price of the moment, until it is disabled", async () => {
  const conversationId = await startConversation(ada);
  const body = { content: "Hello", model: modelId };
  await ada.refused("sendMessage", 400, { params: { conversationId }, body });
  const first = await admin.expect("writeModel", 200, { params, body: written });
  expect(first).toMatchObject({ id: modelId, source: "admin", isOffered: true, price: metered });
  expect((await eve.expect("listModels", 200)).data).toContainEqual(
    expect.objectContaining({ id: modelId, name: lama, maxOutputTokens: 2_000, price: metered }),
  );
  const { reply } = await ask(ada, conversationId, "Hello", { model: modelId });
  const { usage, tokensCharged } = await ended(ada, reply.id);
  expect(asked.at(-1)?.body.model).toBe(lama);
  expect(tokensCharged).toBe(Math.ceil((usage?.inputTokens ?? 0) / 100 + (usage?.outputTokens ?? 0) / 50));
  await admin.expect("writeModel", 200, { params, body: { ...written, price: { kind: "flat", tokens: 7 } } });
  const estimate = await ada.expect("estimateReply", 200, { params: { conversationId }, body });
  expect(estimate).toMatchObject({ highestCharge: 7, price: { kind: "flat", tokens: 7 } });
  const second = await ask(ada, conversationId, "Again", { model: modelId });
  expect(await ended(ada, second.reply.id)).toMatchObject({ status: "completed", tokensCharged: 7 });
  await ada.expect("updateConversation", 200, { params: { conversationId }, body: { model: modelId } });
  await admin.expect("writeModel", 200, { params, body: { ...written, isEnabled: false } });
  await ada.refused("sendMessage", 400, { params: { conversationId }, body });
  await ada.refused("sendMessage", 409, { params: { conversationId }, body: { content: "Hello" } });
  await ada.refused("updateMe", 400, { body: { preferences: { defaultModel: modelId } } });
  expect((await eve.expect("listModels", 200)).data.map(({ id }) => id)).not.toContain(modelId);
});

it("a model that an admin has answer in the background is bought once, and forgotten by its server", async () => {
  const background = { params: { modelId: "stored/m" }, body: { ...written, background: true } };
  expect(await admin.expect("writeModel", 200, background)).toMatchObject({ background: true });
  const { reply } = await ask(eve, await startConversation(eve), "Hello", { model: "stored/m" });
  const answer = { partialText: "Pay only once.", attempts: 1, usage: { cachedInputTokens: 64 } };
  expect(await ended(eve, reply.id)).toMatchObject(answer);
  expect(server.stored.made).toHaveLength(1);
  await vi.waitFor(() => expect(server.stored.kept.size).toBe(0));
});

it("the default model stays on offer, and writes of what has changed since are refused", async () => {
  const isDefault = { ...written, isDefault: true };
  await admin.refused("writeModel", 412, { params, body: isDefault, headers: { "if-match": '"77"' } });
  await admin.expect("writeModel", 200, { params, body: isDefault });
  expect((await eve.expect("listModels", 200)).data[0]).toMatchObject({ id: modelId, isDefault: true });
  await admin.refused("writeModel", 409, { params, body: { ...written, isEnabled: false } });
  await admin.refused("deleteModel", 409, { params });
  const { reply } = await ask(eve, await startConversation(eve), "Hello");
  expect(await ended(eve, reply.id)).toMatchObject({ model: modelId, status: "completed" });
  await admin.expect("writeModel", 200, { params, body: written });
  await eve.refused("deleteModel", 403, { params });
  await admin.expect("deleteModel", 204, { params });
  await admin.refused("getAdminModel", 404, { params });
  const ofSettings = { modelId: `aws/${nova}` };
  await admin.refused("deleteModel", 409, { params: ofSettings });
  const { data } = await admin.expect("listAdminModels", 200);
  expect(data).toContainEqual(expect.objectContaining({ id: ofSettings.modelId, source: "settings" }));
  const { data: audit } = await admin.expect("listAdminActions", 200);
  const deleted = audit.find(({ action }) => action === "model.deleted");
  expect(deleted?.details).toMatchObject({ model: modelId, priceInput: 10, isDefault: "false" });
});

it.each([
  ["nobody/model", {}, "params.modelId"],
  ["aws/other", {}, "params.modelId"],
  ["keyless/m", {}, "params.modelId"],
  [modelId, { price: { kind: "flat", tokens: 0 } }, "body.price.tokens"],
  [modelId, { price: { kind: "flat", tokens: -1 } }, "body.price.tokens"],
  [modelId, { price: { kind: "flat", tokens: 1e12 } }, "body.price.tokens"],
  [modelId, { price: { ...metered, inputPer1000: 0 } }, "body.price.inputPer1000"],
  [modelId, { price: { ...metered, outputPer1000: 1e9 } }, "body.price.outputPer1000"],
  [modelId, { price: { ...metered, cachedInputPer1000: 11 } }, "body.price.cachedInputPer1000"],
  [modelId, { maxOutputTokens: 65_536 }, "body.maxOutputTokens"],
  [modelId, { isEnabled: false, isDefault: true }, "body.isEnabled"],
  [modelId, { background: true }, "body.background"],
  [modelId, { parameters: ["topK"] }, "body.parameters.0"],
])("an admin's %s with %j is refused at %s", async (id, change, path) => {
  const { errors } = await admin.refused("writeModel", 400, {
    params: { modelId: id },
    body: { ...written, ...change } as typeof written,
  });
  expect(errors?.map((error) => error.path)).toEqual([path]);
});
