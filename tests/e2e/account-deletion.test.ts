import { setTimeout as sleep } from "node:timers/promises";
import { beginAccountDeletion } from "@parley/data/account-deletion";
import { openDatabase } from "@parley/data/database";
import { exportedTables } from "@parley/data/owned-tables";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { hasSignIn, signUpAdmin } from "./admins.ts";
import { ask, createClient, ended, etagOf, signUp, startConversation, type User } from "./client.ts";
import { listen } from "./listener.ts";

const database = openDatabase(inject("stack").databaseUrl);
let eve: User;

beforeAll(async () => {
  eve = await signUp();
  await liveFully(eve);
});

afterAll(() => database.close());

/** Something of most kinds, with a text of this user's own. */
async function liveFully(user: User) {
  const text = `secret of ${user.email}`;
  const conversationId = await startConversation(user, { title: text });
  const { reply, message } = await ask(user, conversationId, text);
  await ended(user, reply.id);
  await user.expect("editMessage", 200, {
    params: { conversationId, messageId: message.id },
    body: { content: `${text}, edited` },
  });
  const { id: noteId } = await user.expect("createNote", 201, { body: { content: text } });
  await user.expect("pinNote", 204, { params: { conversationId, noteId } });
  await user.expect("createSystemPrompt", 201, {
    body: { name: "Mine", content: text, visibility: "public" },
  });
  const { key } = await user.expect("createApiKey", 201, {
    headers: { "idempotency-key": "first" },
    body: { name: text, scopes: ["read", "write"] },
  });
  return { text, conversationId, messageId: message.id, key: String(key) };
}

async function rowsWith(text: string): Promise<number> {
  return database.run(async ({ orm: db }) => {
    const tables = await db.execute<{ name: string }>(
      "select tablename as name from pg_tables where schemaname = 'public'",
    );
    let total = 0;
    for (const { name } of tables) {
      const [row] = await db.execute<{ count: number }>(
        `select count(*)::integer as count from "${name}" as t where strpos(t::text, '${text}') > 0`,
      );
      total += row?.count ?? 0;
    }
    return total;
  });
}

interface Line {
  table: string;
  row: Record<string, unknown>;
}

async function exportOf(user: User): Promise<Line[]> {
  const lines: Line[] = [];
  for (let path: string | undefined = "/v1/me/export"; path !== undefined; ) {
    const response: Response = await fetch(inject("stack").url + path, {
      headers: { authorization: `Bearer ${user.token}` },
    });
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "application/x-ndjson"]);
    const text = await response.text();
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4 * 1024 * 1024);
    lines.push(
      ...text
        .split("\n")
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Line),
    );
    path = /^<([^>]+)>; rel="next"$/.exec(response.headers.get("link") ?? "")?.[1];
  }
  return lines;
}

it("exports what belongs to the user and nothing of another's, in as many pages as it takes", async () => {
  const ada = await signUp();
  const { text, conversationId } = await liveFully(ada);
  const long = "x".repeat(32_768);
  const sends = Array.from({ length: 140 }, () =>
    ada.expect("sendMessage", 201, {
      params: { conversationId },
      body: { content: long, role: "assistant" },
    }),
  );
  await Promise.all(sends);
  const lines = await exportOf(ada);
  const { id } = await ada.expect("getMe", 200);
  expect(lines[0]).toMatchObject({ table: "users", row: { id, email: ada.email } });
  const tables = new Set(lines.map(({ table }) => table));
  // Of the latter there are some once something with an id of its client's has been erased.
  expect(exportedTables.map(({ name }) => name).filter((name) => !tables.has(name))).toEqual([
    "connections",
    "spent_ids",
  ]);
  expect(lines.filter(({ table, row }) => table === "messages" && row.content === long)).toHaveLength(140);
  expect(lines.every(({ table, row }) => (table === "users" ? row.id : row.ownerId) === id)).toBe(true);
  expect(JSON.stringify(lines)).toContain(text);
  expect(JSON.stringify(lines)).not.toContain(eve.email);
});

it("refuses cursors that are none", async () => {
  const forged = [
    '["usage_days",["2026-02-30","m"]]',
    "x",
    "[]",
    '["users"]',
    '["nothing",[]]',
    '["messages",[1]]',
    '["messages",["a\\u0000"]]',
  ];
  for (const cursor of [...forged, ...forged.map((text) => Buffer.from(text).toString("base64url"))]) {
    const { errors } = await eve.refused("exportMe", 400, { query: { cursor } });
    expect(errors?.[0]?.path).toBe("query.cursor");
  }
});

it("erases the account, its sign-in and its keys at once, and nothing of another's", async () => {
  const [ada, admin] = await Promise.all([signUp(), signUpAdmin()]);
  const { text, conversationId, key } = await liveFully(ada);
  const { id } = await ada.expect("getMe", 200);
  await admin.expect("grantTokens", 201, { params: { userId: id }, body: { amount: 5, reason: text } });
  const listener = await listen(ada.token);
  const running = await ask(ada, conversationId, text, { model: "scripted/slow" });
  const hers = await exportOf(eve);

  const receipt = await ada.expect("deleteMe", 200);
  expect(receipt.isComplete).toBe(true);
  expect(receipt.erased).toMatchObject({
    users: 1,
    conversations: 1,
    // The running answer is one, too, once it has begun.
    messages: expect.toBeOneOf([3, 4]),
    replies: 2,
    notes: 1,
    system_prompts: 2,
    api_keys: 1,
    // Not the connection: closing its socket removes it, before the account's rows are or after.
  });
  expect(await rowsWith(id)).toBe(0);
  expect(await rowsWith(text)).toBe(0);
  expect(await rowsWith(ada.email)).toBe(0);
  expect(await hasSignIn(ada.email)).toBe(false);
  await listener.closed;

  // The worker of the reply that ran brings nothing back.
  await sleep(3_000);
  expect(await rowsWith(running.reply.id)).toBe(0);
  expect(await rowsWith(text)).toBe(0);
  for (const client of [ada, createClient(inject("stack").url, key)]) {
    expect((await client.send("deleteMe").catch((error: Error) => error)) as object).toMatchObject({
      status: 401,
    });
  }
  await ada.refused("getMe", 401);
  await admin.refused("getUser", 404, { params: { userId: id } });
  await admin.refused("login", 401, { body: { email: ada.email, password: "Correct-Horse-7" } });
  expect(await exportOf(eve)).toEqual(hers);
});

it("erases for an admin what it erases for its owner, and says who asked for it", async () => {
  const [ada, admin] = await Promise.all([signUp(), signUpAdmin()]);
  const { text } = await liveFully(ada);
  const [{ id: userId }, { id: adminId }] = [
    await ada.expect("getMe", 200),
    await admin.expect("getMe", 200),
  ];
  const params = { userId };
  await admin.expect("grantTokens", 201, { params, body: { amount: -5, reason: text } });
  const hers = await exportOf(eve);
  await eve.refused("deleteUser", 403, { params });
  await admin.refused("deleteUser", 409, { params: { userId: adminId } });
  await admin.refused("deleteUser", 412, { params, headers: { "if-match": '"1"' } });
  const seen = etagOf(await admin.send("getUser", { params }));
  const receipt = await admin.expect("deleteUser", 200, { params, headers: { "if-match": seen } });
  expect(receipt).toMatchObject({ isComplete: true, erased: { users: 1, messages: 2, usage_days: 1 } });
  for (const gone of [userId, text, ada.email]) expect(await rowsWith(gone)).toBe(0);
  expect(await hasSignIn(ada.email)).toBe(false);
  await admin.refused("deleteUser", 404, { params });
  const { data } = await admin.expect("listAdminActions", 200, { query: { limit: 10 } });
  const done = data.find(({ action, adminId: by }) => action === "user.deleted" && by === adminId);
  expect(done?.userId).toMatch(/^deleted-/);
  expect(await exportOf(eve)).toEqual(hers);
});

it("is safe to race, and to ask of an API key", async () => {
  const ada = await signUp();
  const { key } = await liveFully(ada);
  await createClient(inject("stack").url, key).refused("deleteMe", 403);
  const { id } = await ada.expect("getMe", 200);
  const answers = await Promise.all([1, 2, 3, 4].map(() => ada.send("deleteMe")));
  expect(answers.map(({ status }) => status).filter((status) => status !== 200 && status !== 401)).toEqual(
    [],
  );
  expect(answers.some(({ status }) => status === 200)).toBe(true);
  expect(await rowsWith(id)).toBe(0);
});

it("is not begun by who has seen another version of the account, but gone on with", async () => {
  const [ada, other] = await Promise.all([signUp(), signUp()]);
  const { conversationId, text } = await liveFully(ada);
  const seen = etagOf(await ada.send("getMe"));
  await ada.expect("updateMe", 200, { body: { displayName: text } });
  const present = etagOf(await ada.send("getMe"));
  const before = await exportOf(ada);
  for (const stale of [seen, `W/${present}`, etagOf(await other.send("getMe")), "1-user"]) {
    const answer = await ada.send("deleteMe", { headers: { "if-match": stale } });
    expect([answer.status, answer.headers.get("etag")]).toEqual([412, present]);
  }
  expect(await exportOf(ada)).toEqual(before);
  expect(await hasSignIn(ada.email)).toBe(true);
  const { id } = await ada.expect("getMe", 200);
  // Begun, and broken off: the version has changed, and the client cannot know.
  const request = {
    ownerId: id,
    username: ada.email,
    expectedVersion: Number.parseInt(present.slice(1), 10),
  };
  expect(await beginAccountDeletion(database, request)).toMatchObject({
    outcome: "begun",
  });
  await ada.refused("sendMessage", 403, { params: { conversationId }, body: { content: "Hello?" } });
  await ada.expect("deleteMe", 200, { headers: { "if-match": present } });
  expect(await rowsWith(id)).toBe(0);
  expect(await other.expect("getMe", 200)).toMatchObject({ email: other.email });
});

it("goes on where an earlier request broke off, while nothing else is allowed", async () => {
  const ada = await signUp();
  const { conversationId } = await liveFully(ada);
  const { id } = await ada.expect("getMe", 200);
  await beginAccountDeletion(database, { ownerId: id, username: ada.email });
  await ada.refused("sendMessage", 403, { params: { conversationId }, body: { content: "Hello?" } });
  // Nobody has seen this session before, so that no environment believes in it still.
  await ada.expect("deleteMe", 200);
  expect(await rowsWith(id)).toBe(0);
});
