import { readFile } from "node:fs/promises";
import { createApiKey as forgeApiKey } from "@parley/http/api-key";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { ask, type Client, createClient, ended, signUp, startConversation, type User } from "./client.ts";
import { unknownId, userRoutes } from "./owned-things.ts";

let ada: User;
let eve: User;

beforeAll(async () => {
  [ada, eve] = await Promise.all([signUp(), signUp()]);
});

/** A new key of this user, and a client that calls with it. */
async function keyOf(user: User, body: object = {}) {
  const made = await user.expect("createApiKey", 201, { body: { name: "Script", ...body } });
  return { ...made, client: createClient(inject("stack").url, String(made.key)) };
}

const idsOf = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, unknownId]));

describe("a key", () => {
  it("does what its owner's token does, and is shown once", async () => {
    const { client, key, id } = await keyOf(ada);
    expect(key).toMatch(/^parley_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}$/);
    const conversationId = await startConversation(client);
    const { reply } = await ask(client, conversationId, "Hello");
    expect(await ended(client, reply.id)).toMatchObject({ status: "completed", partialText: "Echo: Hello" });
    expect((await client.expect("getMe", 200)).id).toBe((await ada.expect("getMe", 200)).id);
    await ada.expect("getConversation", 200, { params: { conversationId } });
    await eve.refused("getConversation", 404, { params: { conversationId } });

    const answer = await ada.send("listApiKeys");
    expect(answer.text).not.toContain(String(key).slice(20));
    const { data } = await ada.expect("listApiKeys", 200);
    const listed = data.find((each) => each.id === id);
    expect(listed).toMatchObject({ name: "Script", scopes: ["read", "write"], expiresAt: null });
    expect(String(key).startsWith(String(listed?.hint))).toBe(true);
    expect(Date.now() - Date.parse(String(listed?.lastUsedAt))).toBeLessThan(60_000);
  });

  it("reaches nothing of another user", async () => {
    const { client } = await keyOf(eve);
    const conversationId = await startConversation(ada);
    await client.refused("getConversation", 404, { params: { conversationId } });
    await client.refused("sendMessage", 404, { params: { conversationId }, body: { content: "Hello" } });
    expect((await client.expect("listConversations", 200)).data.map(({ id }) => id)).not.toContain(
      conversationId,
    );
  });

  it("has no role but its owner's as a user", async () => {
    const { client } = await keyOf(ada);
    expect((await client.expect("getMe", 200)).roles).toEqual(["user"]);
  });
});

describe("a scope", () => {
  let reader: Client;
  let writer: Client;

  beforeAll(async () => {
    reader = (await keyOf(ada, { scopes: ["read"] })).client;
    writer = (await keyOf(ada, { scopes: ["write"] })).client;
  });

  it.each(userRoutes)("holds for $name", async ({ name, route, ids }) => {
    const request = { params: idsOf(ids), ...(route.body !== undefined && { body: {} }) };
    const isOpen = (status: number) => ![401, 403].includes(status);
    const mayRead = route.credential === undefined && route.method === "GET";
    const mayWrite = route.credential === undefined && route.method !== "GET";
    expect(isOpen((await reader.send(name, request)).status)).toBe(mayRead);
    // What the writer may do without naming a thing is not done: it would act, on the whole account for some.
    if (!mayWrite || ids.length > 0) {
      expect(isOpen((await writer.send(name, request)).status)).toBe(mayWrite);
    }
  });

  it("covers everything that manages keys or passwords", () => {
    const closed = userRoutes.filter(({ route }) => route.credential === "token").map(({ name }) => name);
    expect(closed).toEqual(
      expect.arrayContaining(["changePassword", "listApiKeys", "createApiKey", "deleteApiKey"]),
    );
  });
});

describe("a key that does not count", () => {
  async function expectRefused(key: string) {
    const client = createClient(inject("stack").url, key);
    const { headers, text } = await client.send("getMe");
    const problem = await client.refused("getMe", 401);
    expect(problem.type).toBe("/problems/unauthenticated");
    expect(headers.get("www-authenticate")).toBe("Bearer");
    expect(text).not.toContain(key.slice(7, 20));
    await client.refused("listApiKeys", 401);
  }

  it("was never given out", async () => {
    await expectRefused(forgeApiKey().key);
  });

  it("is revoked", async () => {
    const { id, key } = await keyOf(ada);
    const other = await keyOf(ada);
    await eve.refused("deleteApiKey", 404, { params: { apiKeyId: id } });
    await ada.expect("deleteApiKey", 204, { params: { apiKeyId: id } });
    await expectRefused(String(key));
    await ada.refused("deleteApiKey", 404, { params: { apiKeyId: id } });
    const { data } = await ada.expect("listApiKeys", 200, { query: { limit: 100 } });
    expect(data.map((each) => each.id)).not.toContain(id);
    await other.client.expect("getMe", 200);
  });

  it("has expired", async () => {
    const expiresAt = new Date(Date.now() + 1_500).toISOString();
    const { key, client, ...made } = await keyOf(ada, { expiresAt });
    expect(made.expiresAt).toBe(expiresAt);
    await client.expect("getMe", 200);
    await new Promise((resolve) => setTimeout(resolve, 1_600));
    await expectRefused(String(key));
  });

  it.each([
    ["has a wrong checksum", (key: string) => `${key.slice(0, -6)}000000`],
    ["is cut", (key: string) => key.slice(0, -1)],
    ["is its own hash", (key: string) => forgeApiKey().hash + key.slice(0, 0)],
  ])("%s, which the gateway refuses", async (_, change) => {
    const { key } = await keyOf(ada);
    const response = await fetch(`${inject("stack").url}/v1/me`, {
      headers: { authorization: `Bearer ${change(String(key))}` },
    });
    expect([response.status, await response.text()]).toEqual([401, '{"message":"Unauthorized"}']);
  });
});

describe("making keys", () => {
  it("answers a repeated request with the same key's name, and never again with the key", async () => {
    const headers = { "idempotency-key": "the-same" };
    const first = await ada.expect("createApiKey", 201, { headers, body: { name: "Once" } });
    const again = await ada.send("createApiKey", { headers, body: { name: "Once" } });
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect(again.body).toEqual({ ...first, key: null });
    await ada.refused("createApiKey", 422, { headers, body: { name: "Twice" } });
    expect((await eve.expect("createApiKey", 201, { headers, body: { name: "Once" } })).key).not.toBeNull();
  });

  it.each([
    { name: "" },
    { name: "x".repeat(101) },
    { name: "x", scopes: [] },
    { name: "x", scopes: ["admin"] },
    { name: "x", scopes: ["read", "read"] },
    { name: "x", expiresAt: "2020-01-01T00:00:00Z" },
    { name: "x", expiresAt: "tomorrow" },
    { name: "x", hash: "0".repeat(64) },
  ])("refuses %j", async (body) => {
    await ada.refused("createApiKey", 400, { body });
  });

  it("lists them page by page", async () => {
    const user = await signUp();
    for (const name of ["one", "two", "three"]) await keyOf(user, { name });
    const first = await user.expect("listApiKeys", 200, { query: { limit: 2, includeTotal: true } });
    expect([first.data.map(({ name }) => name), first.total]).toEqual([["three", "two"], 3]);
    const rest = await user.expect("listApiKeys", 200, {
      query: { limit: 2, cursor: String(first.nextCursor) },
    });
    expect([rest.data.map(({ name }) => name), rest.nextCursor]).toEqual([["one"], null]);
  });

  it("leaves no key in the log", async () => {
    const { key, client } = await keyOf(ada);
    await client.expect("getMe", 200);
    const log = await readFile(inject("stack").logFile, "utf8");
    expect(log).toContain('"/v1/api-keys"');
    expect(log).not.toContain(String(key).slice(7, 30));
  });
});
