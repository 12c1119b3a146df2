import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "./database.ts";
import { purgeIdempotencyKeys } from "./idempotency-keys.ts";
import { newId } from "./ids.ts";
import { claimReply } from "./reply-jobs.ts";
import { createConversation } from "./send-message.ts";
import { createSystemPrompt, deleteSystemPrompt, updateSystemPrompt } from "./system-prompt-changes.ts";
import { countSystemPrompts, getSystemPrompt, listSystemPrompts } from "./system-prompts.ts";
import { openScene, type Person, replyOf, type Scene } from "./testing/scene.fixture.ts";

let scene: Scene;
let ada: Person;
let eve: Person;
let other: Database;
beforeAll(async () => {
  scene = await openScene();
  other = openDatabase(scene.url);
  ada = await scene.person();
  eve = await scene.person();
});
afterAll(async () => {
  await other.close();
  await scene.close();
});

type Change = Partial<Parameters<typeof createSystemPrompt>[1]>;

async function prompt(owner: Person, change: Change = {}, database = scene.database): Promise<string> {
  const systemPromptId = newId();
  const args = { name: "Pirate", content: "Talk like a pirate.", visibility: "private" as const };
  await createSystemPrompt(database, {
    ...args,
    ownerId: owner.id,
    systemPromptId,
    isDefault: false,
    mayPublish: true,
    ...change,
  });
  return systemPromptId;
}

function asker(person: Person, systemPromptId: string, isAdmin = false) {
  return {
    ...{ ownerId: person.id, systemPromptId, isAdmin, requestId: "q", expectedVersion: undefined },
    mayPublish: true,
  };
}

async function recordsOf(systemPromptId: string) {
  return scene.rows<object>(`
    select admin_id as admin, action, user_id as user, request_id as request, details from admin_actions
    where details->>'systemPromptId' = '${systemPromptId}' order by created_at`);
}

async function defaultsOf(person: Person): Promise<string[]> {
  const rows = await scene.rows<{ id: string }>(
    `select id from system_prompts where owner_id = '${person.id}' and is_default`,
  );
  return rows.map(({ id }) => id);
}

test("what an admin does to another's public prompt is recorded in the same commit, without its text", async () => {
  const shared = await prompt(ada, { visibility: "public" });
  const admin = asker(eve, shared, true);
  await updateSystemPrompt(scene.database, { ...asker(ada, shared), name: "Her own change" });
  await updateSystemPrompt(scene.database, { ...admin, expectedVersion: 99, name: "Too late" });
  await updateSystemPrompt(scene.database, { ...asker(eve, shared), name: "No admin" });
  expect(await recordsOf(shared)).toEqual([]);
  await updateSystemPrompt(scene.database, { ...admin, name: "Tamed words", content: "Be secret." });
  await deleteSystemPrompt(scene.database, admin);
  const record = { admin: eve.id, user: ada.id, request: "q" };
  expect(await recordsOf(shared)).toEqual([
    { ...record, action: "prompt.changed", details: { systemPromptId: shared, fields: "name,content" } },
    { ...record, action: "prompt.deleted", details: { systemPromptId: shared } },
  ]);
});

test("a private prompt is its owner's alone, a public one everybody's to read", async () => {
  const [own, shared] = [await prompt(ada), await prompt(ada, { visibility: "public" })];
  expect(await getSystemPrompt(scene.database, eve.id, own)).toBeUndefined();
  expect(await getSystemPrompt(scene.database, eve.id, shared)).toMatchObject({ id: shared });
  expect(await updateSystemPrompt(scene.database, { ...asker(eve, own), name: "Mine" })).toBe("not_found");
  expect(await updateSystemPrompt(scene.database, { ...asker(eve, own, true), name: "Mine" })).toBe(
    "not_found",
  );
  expect(await updateSystemPrompt(scene.database, { ...asker(eve, shared), name: "Mine" })).toBe("forbidden");
  expect(await deleteSystemPrompt(scene.database, asker(eve, own))).toBe("not_found");
  expect(await deleteSystemPrompt(scene.database, asker(eve, shared))).toBe("forbidden");
  expect(await updateSystemPrompt(scene.database, { ...asker(eve, shared, true), isDefault: true })).toBe(
    "forbidden",
  );
  expect(
    await updateSystemPrompt(scene.database, { ...asker(eve, shared, true), name: "Tamed" }),
  ).toMatchObject({
    name: "Tamed",
    ownerId: ada.id,
    version: 2,
  });
  expect(await deleteSystemPrompt(scene.database, asker(eve, shared, true))).toBe("deleted");
  expect(await deleteSystemPrompt(scene.database, asker(ada, own))).toBe("deleted");
});

test("a list is one's own; public ones are listed apart, in one order, page by page", async () => {
  const person = await scene.person();
  const made: string[] = [];
  for (const owner of [person, eve, person, eve, person]) {
    made.push(await prompt(owner, { name: "Listed 100%", visibility: owner === eve ? "public" : "private" }));
  }
  const hidden = await prompt(eve, { name: "Listed 100%" });
  const shared = await prompt(person, { name: "Listed 100%", visibility: "public" });
  const list = async (filter: { visibility?: "private" | "public" }, limit = 10) => {
    const page = { q: "100%", order: "asc" as const, ...filter };
    const first = await listSystemPrompts(scene.database, person.id, { ...page, limit: 2 });
    const after = { key: first[1]?.sortKey ?? "", id: first[1]?.id ?? "" };
    const second = await listSystemPrompts(scene.database, person.id, { ...page, limit, after });
    const ids = [...first, ...second].map(({ id }) => id);
    expect(await countSystemPrompts(scene.database, person.id, { q: "100%", ...filter })).toBe(ids.length);
    return ids;
  };
  const own = made.filter((_, at) => at % 2 === 0);
  expect(await list({})).toEqual([...own, shared]);
  expect(await list({ visibility: "private" })).toEqual(own);
  const published = await list({ visibility: "public" });
  expect(published).toEqual([...made.filter((_, at) => at % 2 === 1), shared]);
  expect(published).not.toContain(hidden);
});

test("who may not publish makes no text public, and an admin can make one private", async () => {
  const person = await scene.person();
  const mayNot = { mayPublish: false };
  const texts = { name: "Ad", content: "Buy.", isDefault: false, systemPromptId: newId() };
  const refused = { ...texts, ownerId: person.id, visibility: "public" as const, ...mayNot };
  expect(await createSystemPrompt(scene.database, refused)).toEqual({ outcome: "unpublishable" });
  const [own, shared] = [await prompt(person, mayNot), await prompt(person, { visibility: "public" })];
  const change = (systemPromptId: string, fields: object) =>
    updateSystemPrompt(scene.database, { ...asker(person, systemPromptId), ...fields, ...mayNot });
  expect(await change(own, { visibility: "public" })).toBe("unpublishable");
  expect(await change(shared, { content: "Buy more." })).toBe("unpublishable");
  expect(await change(own, { content: "Mine." })).toMatchObject({ content: "Mine." });
  expect(await change(shared, { isDefault: true })).toMatchObject({ isDefault: true });
  const unpublished = { ...asker(eve, shared, true), visibility: "private" as const };
  expect(await updateSystemPrompt(scene.database, unpublished)).toMatchObject({ visibility: "private" });
  expect(await getSystemPrompt(scene.database, eve.id, shared)).toBeUndefined();
  expect(await change(shared, { visibility: "public" })).toBe("unpublishable");
});

test("there is one default at any time, whoever sets it at once", async () => {
  const person = await scene.person();
  const ids = await Promise.all([1, 2, 3].map(() => prompt(person)));
  await Promise.all(
    ids.flatMap((id) => [
      updateSystemPrompt(scene.database, { ...asker(person, id), isDefault: true }),
      prompt(person, { isDefault: true }, other),
    ]),
  );
  expect(await defaultsOf(person)).toHaveLength(1);
  const last = await prompt(person, { isDefault: true });
  expect(await defaultsOf(person)).toEqual([last]);
  expect(await defaultsOf(eve)).toHaveLength(1);
  await deleteSystemPrompt(scene.database, asker(person, last));
  expect(await defaultsOf(person)).toEqual([]);
});

test("one key makes one prompt, and another body under it is a mismatch, even when the prompt is gone", async () => {
  const key = { idempotencyKey: newId(), idempotencyFingerprint: "a" };
  const make = (owner: Person, change: Change = {}, database = scene.database) =>
    createSystemPrompt(database, {
      ownerId: owner.id,
      systemPromptId: newId(),
      name: "Once",
      content: "Once.",
      visibility: "private",
      isDefault: false,
      mayPublish: true,
      ...key,
      ...change,
    });
  const answers = await Promise.all([make(ada), make(ada, {}, other), make(ada)]);
  const outcomes = answers.map(({ outcome }) => outcome).sort();
  expect(outcomes).toEqual(["created", "replayed", "replayed"]);
  const [id] = answers.map((answer) => ("id" in answer ? answer.id : ""));
  expect(answers.every((answer) => "id" in answer && answer.id === id)).toBe(true);
  expect(await make(ada, { idempotencyFingerprint: "b" })).toEqual({ outcome: "mismatch" });
  await deleteSystemPrompt(scene.database, asker(ada, id ?? ""));
  expect(await make(ada)).toMatchObject({ outcome: "replayed", id });
  expect(await make(eve)).toMatchObject({ outcome: "created" });
  expect(await purgeIdempotencyKeys(scene.database, 10)).toBe(0);
  await scene.rows(
    `update idempotency_keys set created_at = now() - interval '49 hours' where owner_id = '${ada.id}'`,
  );
  expect(await purgeIdempotencyKeys(scene.database, 10)).toBe(1);
  expect(await make(ada)).toMatchObject({ outcome: "created" });
});

test("conversations may use one's own and public prompts, and keep their copy", async () => {
  const [own, shared] = [await prompt(ada), await prompt(ada, { visibility: "public" })];
  const start = (systemPromptId: string) =>
    createConversation(scene.database, { ownerId: eve.id, conversationId: newId(), systemPromptId });
  expect(await start(own)).toEqual({ outcome: "prompt_not_found" });
  const created = await start(shared);
  await deleteSystemPrompt(scene.database, asker(ada, shared));
  expect(created).toMatchObject({
    conversation: { systemPrompt: "Talk like a pirate.", systemPromptId: shared },
  });
});

test.each([
  ["Hello {{name}}, {{ count }} {{is new}}.", "Hello Ada, 3 true."],
  [
    "Unknown {{nobody}} stays, {{}} and {{ }} too, and {{open",
    "Unknown {{nobody}} stays, {{}} and {{ }} too, and {{open",
  ],
  ["{{loop}}", "{{name}}"],
  ["{{{name}}} {name} }}{{name}}{{name}}", "{{{name}}} {name} }}AdaAda"],
  ["{{back}}", "\\1 & $1"],
  ["{{big}}".repeat(200), "{{big}}".repeat(200)],
  [null, null],
])("a reply is given the prompt with its variables filled: %j", async (systemPrompt, given) => {
  const conversationId = newId();
  const metadata = {
    name: "Ada",
    count: 3,
    "is new": true,
    loop: "{{name}}",
    back: "\\1 & $1",
    big: "b".repeat(512),
  };
  await createConversation(scene.database, { ownerId: ada.id, conversationId, systemPrompt, metadata });
  const { id } = replyOf(await ada.send({ conversationId }));
  expect(await claimReply(scene.database, ada.id, id)).toMatchObject({ reply: { systemPrompt: given } });
});
