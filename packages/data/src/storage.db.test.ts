import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { createApiKey, revokeApiKey } from "./api-keys.ts";
import { updateConversation } from "./conversations.ts";
import { newId } from "./ids.ts";
import { editMessage } from "./messages.ts";
import { createNote, deleteNote, updateNote } from "./notes.ts";
import { cancelReply } from "./replies.ts";
import { claimReply, finishReply } from "./reply-jobs.ts";
import { createConversation } from "./send-message.ts";
import { createSystemPrompt } from "./system-prompt-changes.ts";
import { openScene, type Person, replyOf, type Scene } from "./testing/scene.fixture.ts";
import { getUser } from "./users.ts";

let scene: Scene;
let ada: Person;
let eve: Person;

beforeAll(async () => {
  scene = await openScene();
});

beforeEach(async () => {
  [ada, eve] = await Promise.all([scene.person(100_000), scene.person(100_000)]);
});

afterEach(async () => {
  expect(await scene.rows(miscounted)).toEqual([]);
  await limit(
    "bytes = 50000000, notes = 2000, messages = 250000, conversations = 5000, system_prompts = 200, total_bytes = 0, counted_at = null",
  );
});

afterAll(() => scene.close());

const limit = (set: string) => scene.rows(`update storage_limits set ${set}`);

/** Users whose numbers are not those of their rows. */
const miscounted = `
  with sizes as (
    select owner_id, 'c' as kind, coalesce(octet_length(title), 0) + coalesce(octet_length(description), 0)
      + coalesce(octet_length(system_prompt), 0) + octet_length(metadata::text) + octet_length(tags::text) as bytes from conversations
    union all select owner_id, 'm', octet_length(content) + octet_length(metadata::text) + coalesce(octet_length(rating_comment), 0) from messages
    union all select owner_id, 'v', octet_length(content) from message_versions
    union all select owner_id, 'n', coalesce(octet_length(title), 0) + octet_length(content) + octet_length(tags::text)
      from notes
    union all select owner_id, 'p', octet_length(name) + octet_length(content) from system_prompts
    union all select owner_id, 'k', 0 from api_keys where revoked_at is null)
  select users.id from users left join sizes on sizes.owner_id = users.id group by users.id
  having stored_conversations <> count(*) filter (where kind = 'c')
    or stored_messages <> count(*) filter (where kind = 'm') or stored_notes <> count(*) filter (where kind = 'n')
    or stored_system_prompts <> count(*) filter (where kind = 'p')
    or stored_api_keys <> count(*) filter (where kind = 'k') or stored_bytes <> coalesce(sum(bytes), 0)`;

const note = (person: Person, content = "Water them.") =>
  createNote(scene.database, { ownerId: person.id, noteId: newId(), content });
const full = (kind: string, most: number) => ({ name: "StorageFull", kind, limit: most });

async function answer(person: Person, content: string): Promise<string> {
  const { id: replyId } = replyOf(await person.send());
  const claim = await claimReply(scene.database, person.id, replyId);
  if (claim.outcome !== "claimed") throw new Error(claim.outcome);
  const attempt = { ownerId: person.id, replyId, attempt: claim.reply.attempt };
  const messageId = newId();
  const ending = { status: "completed", messageId, content, finishReason: "stop" } as const;
  expect((await finishReply(scene.database, attempt, ending)).outcome).toBe("finished");
  return messageId;
}

it("counts what is written, changed and erased, whoever does it", async () => {
  const { database } = scene;
  const { id: ownerId, conversationId } = ada;
  const messageId = await answer(ada, "One, two, three.");
  await editMessage(database, { ownerId, conversationId, messageId, content: "1", expectedVersion: 1 });
  await updateConversation(database, ownerId, conversationId, { title: "Ä".repeat(100) }, undefined);
  const made = await note(ada);
  if (made.outcome === "mismatch") throw new Error("a new key");
  await updateNote(
    database,
    ownerId,
    made.id,
    { content: "Water them on Mondays.", tags: ["garden"] },
    undefined,
  );
  const key = { name: "Script", hint: "h", scopes: ["read"] as const, expiresAt: null, hash: newId() };
  await createApiKey(database, { ...key, ownerId, apiKeyId: "k1" });
  await revokeApiKey(database, ownerId, "k1");
  expect(await scene.rows(miscounted)).toEqual([]);
  expect(await getUser(database, ownerId)).toMatchObject({
    ...{
      storedConversations: 1,
      storedMessages: 2,
      storedNotes: 1,
      storedSystemPrompts: 1,
      storedApiKeys: 0,
    },
    limits: { conversations: 5_000, bytes: 20_000_000 },
  });
  await deleteNote(database, ownerId, made.id, undefined);
  await scene.rows(`delete from conversations where owner_id = '${ownerId}'`);
  expect(await getUser(database, ownerId)).toMatchObject({
    storedConversations: 0,
    storedMessages: 0,
    storedNotes: 0,
  });
});

it("adds up when much is written at once", async () => {
  const sends = Array.from({ length: 20 }, async (_, index) => {
    if (index % 4 === 0) return note(ada);
    return cancelReply(scene.database, ada.id, replyOf(await ada.send()).id);
  });
  await Promise.all(sends);
  expect(await getUser(scene.database, ada.id)).toMatchObject({ storedMessages: 15, storedNotes: 5 });
});

it("refuses the row that is one too many, of its kind and its user, and leaves nothing of it", async () => {
  const { database } = scene;
  await limit("notes = 3, conversations = 1, system_prompts = 1, messages = 3");
  const racing = await Promise.allSettled(Array.from({ length: 8 }, () => note(ada)));
  expect(racing.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
  await expect(note(ada)).rejects.toMatchObject(full("notes", 3));
  await note(eve);
  const conversation = { ownerId: ada.id, conversationId: newId() };
  await expect(createConversation(database, conversation)).rejects.toMatchObject(full("conversations", 1));
  const prompt = { ownerId: ada.id, systemPromptId: newId(), name: "Mine", content: "Be brief." };
  const visible = { ...prompt, visibility: "private", isDefault: false, mayPublish: true } as const;
  await expect(createSystemPrompt(database, visible)).rejects.toMatchObject(full("systemPrompts", 1));
  // An answer is owed whatever it takes; the question behind it is not.
  await answer(ada, "One.");
  await answer(ada, "Two.");
  const before = await getUser(database, ada.id);
  await expect(ada.send()).rejects.toMatchObject(full("messages", 3));
  expect(await getUser(database, ada.id)).toEqual(before);
  expect(
    await scene.rows(`select from replies where owner_id = '${ada.id}' and finished_at is null`),
  ).toEqual([]);
});

it("refuses everybody what grows once all together have all they may, until there is room again", async () => {
  const { database } = scene;
  const made = await note(ada, "x".repeat(3_000));
  if (made.outcome === "mismatch") throw new Error("a new key");
  await limit("total_bytes = 6000");
  // Whoever comes first counts for the minute, and is let through.
  await note(eve);
  await expect(note(eve)).rejects.toMatchObject(full("total", 6_000));
  await expect(ada.send()).rejects.toMatchObject(full("total", 6_000));
  const shorter = { content: "x".repeat(2_000) };
  expect(await updateNote(database, ada.id, made.id, shorter, undefined)).toMatchObject(shorter);
  await limit("total_bytes = 1000000000, counted_at = now() - interval '2 minutes'");
  await Promise.all(Array.from({ length: 8 }, (_, index) => note(index % 2 === 0 ? ada : eve)));
  const [counted] = await scene.rows<{ is_new: boolean; bytes: string; all: string }>(
    `select counted_at > now() - interval '1 minute' as is_new, counted_bytes as bytes,
       (select sum(stored_size(users)) from users) as all from storage_limits`,
  );
  expect(counted?.is_new).toBe(true);
  expect(Number(counted?.bytes)).toBeGreaterThan(6_000);
  expect(Number(counted?.bytes)).toBeLessThanOrEqual(Number(counted?.all));
});

it("refuses text that is too much, also by a change, and lets go of what shrinks", async () => {
  const { database } = scene;
  const made = await note(ada, "x".repeat(30_000));
  if (made.outcome === "mismatch") throw new Error("a new key");
  await limit("bytes = 31000");
  const { id: ownerId, conversationId } = ada;
  const change = (content: string) => updateNote(database, ownerId, made.id, { content }, undefined);
  await expect(change("x".repeat(32_000))).rejects.toMatchObject(full("bytes", 31_000));
  const title = updateConversation(
    database,
    ownerId,
    conversationId,
    { title: "x".repeat(1_000) },
    undefined,
  );
  await expect(title).rejects.toMatchObject(full("bytes", 31_000));
  await expect(ada.send({ content: "x".repeat(1_000) })).rejects.toMatchObject(full("bytes", 31_000));
  const messageId = await answer(ada, "x".repeat(2_000));
  const edit = { ownerId, conversationId, messageId, content: "y", expectedVersion: 1 };
  await expect(editMessage(database, edit)).rejects.toMatchObject(full("bytes", 31_000));
  expect(await change("x")).toMatchObject({ content: "x" });
  await ada.send({ content: "x".repeat(1_000) });
});
