import { afterAll, beforeAll, expect, test } from "vitest";
import { getConversation, updateConversation } from "./conversations.ts";
import { openDatabase } from "./database.ts";
import { type ForkedConversation, forkConversation, type NewFork } from "./forks.ts";
import { newId } from "./ids.ts";
import { deleteMessage, editMessage, listMessages } from "./messages.ts";
import { claimReply, finishReply } from "./reply-jobs.ts";
import { askAgain } from "./send-message.ts";
import { openScene, type Person, replyOf, type Scene, terms, unexplained } from "./testing/scene.fixture.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(async () => {
  expect(await scene.rows(unexplained)).toEqual([]);
  await scene.close();
});

async function answer(ownerId: string, replyId: string, content: string): Promise<string> {
  const claim = await claimReply(scene.database, ownerId, replyId);
  if (claim.outcome !== "claimed") throw new Error(`The reply is ${claim.outcome}.`);
  const messageId = newId();
  await finishReply(
    scene.database,
    { ownerId, replyId, attempt: claim.reply.attempt },
    { status: "completed", messageId, content, finishReason: "stop", inputTokens: 1, outputTokens: 1 },
  );
  return messageId;
}

/** Questions with their answers; the ids of both. */
async function talk(who: Person, turns: readonly (readonly [string, string])[]) {
  const ids: string[] = [];
  for (const [question, said] of turns) {
    const reply = replyOf(await who.send({ content: question }));
    ids.push(reply.messageId, await answer(who.id, reply.id, said));
  }
  return ids;
}

async function fork(who: Person, sourceMessageId: string, change: Partial<NewFork> = {}) {
  const made = await forkConversation(scene.database, {
    ownerId: who.id,
    sourceId: who.conversationId,
    sourceMessageId,
    include: false,
    conversationId: newId(),
    ...change,
  });
  return made;
}

function made(forked: Awaited<ReturnType<typeof fork>>): ForkedConversation {
  if (!("conversation" in forked)) throw new Error(`not forked: ${forked.outcome}`);
  return forked;
}

async function read(ownerId: string, conversationId: string) {
  const page = await listMessages(scene.database, ownerId, conversationId, {
    order: "asc",
    limit: 100,
    versions: "all",
  });
  return page?.rows ?? [];
}

const texts = (rows: readonly { content: string }[]) => rows.map(({ content }) => content);

const questionFor = (who: Person, content = "And then?") => ({
  ...terms,
  ownerId: who.id,
  messageId: newId(),
  replyId: newId(),
  role: "user" as const,
  content,
  firstTitle: content,
  onBusy: "enqueue" as const,
});

test("a fork has what was said before a message, at its places, and what it is said under; nothing else", async () => {
  const [ada, eve] = [await scene.person(), await scene.person()];
  await talk(eve, [["Eve's", "Hers"]]);
  const [first = "", , gone = "", , third = "", last = ""] = await talk(ada, [
    ["One?", "First"],
    ["Two?", "Second"],
    ["Three?", "Third"],
  ]);
  const again = await askAgain(scene.database, {
    ...questionFor(ada),
    conversationId: ada.conversationId,
    messageId: first,
  });
  await answer(ada.id, replyOf(again).id, "Better");
  const place = { ownerId: ada.id, conversationId: ada.conversationId, expectedVersion: undefined };
  await editMessage(scene.database, { ...place, messageId: first, content: "One, rather?" });
  await deleteMessage(scene.database, { ...place, messageId: gone });
  const settings = { title: "Numbers", systemPrompt: "Count.", model: "scripted/echo", metadata: { a: 1 } };
  await updateConversation(scene.database, ada.id, ada.conversationId, settings, undefined);
  const noteId = newId();
  await scene.rows(`
    insert into notes (owner_id, id, content) values ('${ada.id}', '${noteId}', 'A note');
    insert into conversation_notes (owner_id, conversation_id, note_id)
      values ('${ada.id}', '${ada.conversationId}', '${noteId}')`);
  const source = await read(ada.id, ada.conversationId);

  const forked = made(await fork(ada, third));
  const { id } = forked.conversation;
  expect(forked.conversation).toMatchObject({
    ...settings,
    messageCount: 3,
    forkedFromConversationId: ada.conversationId,
    forkedFromMessageId: third,
  });
  const copies = await read(ada.id, id);
  expect(copies.map(({ position, content, replyId }) => [position, content, replyId])).toEqual([
    [1, "One, rather?", null],
    [2, "Better", null],
    [4, "Second", null],
  ]);
  // An answer's copy names the copy of its question; of a question that stayed behind there is none.
  expect(copies.map(({ replyTo }) => replyTo)).toEqual([null, copies[0]?.id, null]);
  expect(copies.every((copy) => source.every((row) => row.id !== copy.id))).toBe(true);
  const count = (table: string, column: string) =>
    scene.rows(`select 1 from ${table} where owner_id = '${ada.id}' and ${column} = any (array['${id}',
      '${copies.map((copy) => copy.id).join("','")}'])`);
  expect(await count("replies", "conversation_id")).toEqual([]);
  expect(await count("message_versions", "message_id")).toEqual([]);
  expect(await count("conversation_notes", "conversation_id")).toHaveLength(1);
  expect(await read(ada.id, ada.conversationId)).toEqual(source);

  // With the message itself, also where a later answer has replaced it.
  expect(texts(await read(ada.id, made(await fork(ada, last, { include: true })).conversation.id))).toEqual([
    "One, rather?",
    "Better",
    "Second",
    "Three?",
    "Third",
  ]);
  const replaced = source.find(({ content }) => content === "First")?.id ?? "";
  const fromReplaced = made(await fork(ada, replaced, { include: true })).conversation;
  const kept = await read(ada.id, fromReplaced.id);
  expect(kept.map(({ content, isActive }) => [content, isActive])).toEqual([
    ["One, rather?", true],
    ["First", true],
  ]);

  // A fork of a fork names the fork, and outlives it.
  const grandchild = made(
    await fork(ada, String(copies[1]?.id), { sourceId: id, include: true }),
  ).conversation;
  expect(grandchild).toMatchObject({ forkedFromConversationId: id, forkedFromMessageId: copies[1]?.id });
  await scene.rows(`delete from conversations where id = '${id}'`);
  expect(await getConversation(scene.database, ada.id, grandchild.id)).toMatchObject({
    forkedFromConversationId: id,
  });

  expect(await fork(ada, gone, { include: true })).toEqual({ outcome: "point_deleted" });
  for (const other of [
    await fork(eve, third),
    await fork(eve, third, { sourceId: ada.conversationId }),
    await fork(ada, third, { sourceId: eve.conversationId }),
    await fork(ada, newId()),
  ]) {
    expect(other).toEqual({ outcome: "not_found" });
  }
  expect(await scene.rows(`select id from conversations where owner_id = '${eve.id}'`)).toHaveLength(1);
});

test("a question goes on in the fork, and one that was copied without its answer can still be asked", async () => {
  const ada = await scene.person();
  const [, , second = ""] = await talk(ada, [
    ["One?", "First"],
    ["Two?", "Second"],
  ]);
  const { conversation, copied } = made(await fork(ada, second, { include: true }));
  expect(copied).toBe(3);
  const there = { ...ada, conversationId: conversation.id };
  const next = replyOf(await ada.send({ conversationId: conversation.id, content: "Three?" }));
  const [, , copy] = await read(ada.id, conversation.id);
  const again = await askAgain(scene.database, {
    ...questionFor(ada),
    conversationId: conversation.id,
    messageId: String(copy?.id),
  });
  await answer(ada.id, next.id, "Third");
  await answer(ada.id, replyOf(again).id, "Second anew");
  const rows = await read(ada.id, there.conversationId);
  expect(texts(rows)).toEqual(["One?", "First", "Two?", "Second anew", "Three?", "Third"]);
  expect(rows.every(({ isActive }) => isActive)).toBe(true);
});

test("a fork before the first message is named by its own question, and twins with one key are one", async () => {
  const ada = await scene.person();
  const reply = replyOf(await ada.send({ content: "One?", firstTitle: "One?" }));
  const key = { conversationIdempotencyKey: "k", conversationIdempotencyFingerprint: "f" };
  const ask = (database = scene.database) =>
    forkConversation(database, {
      ownerId: ada.id,
      sourceId: ada.conversationId,
      sourceMessageId: reply.messageId,
      include: false,
      conversationId: newId(),
      question: questionFor(ada, "Another?"),
      ...key,
    });
  const other = openDatabase(scene.url);
  const twins = (await Promise.all([ask(), ask(other), ask(), ask(other)])).map(made);
  await other.close();
  expect(twins.map(({ outcome }) => outcome).toSorted()).toEqual([
    "created",
    "replayed",
    "replayed",
    "replayed",
  ]);
  expect(new Set(twins.map(({ conversation, reply: asked }) => `${conversation.id} ${asked?.id}`)).size).toBe(
    1,
  );
  expect(twins.map(({ copied }) => copied)).toEqual([0, 0, 0, 0]);
  const [twin] = twins;
  expect(twin?.conversation).toMatchObject({ title: "Another?", titleSource: "first_message" });
  expect(twin?.message?.position).toBe(1);
  const mismatch = { ...key, conversationIdempotencyFingerprint: "another body" };
  expect(await fork(ada, reply.messageId, mismatch)).toEqual({ outcome: "mismatch" });
});

test("a fork waits for nobody who holds the conversation, nor does it hold it", async () => {
  const ada = await scene.person();
  const [, , second = ""] = await talk(ada, [
    ["One?", "First"],
    ["Two?", "Second"],
  ]);
  const other = openDatabase(scene.url);
  await other.run(({ orm }) =>
    orm.transaction(async (transaction) => {
      await transaction.execute(`select from conversations where id = '${ada.conversationId}' for update`);
      await transaction.execute(
        `select from messages where conversation_id = '${ada.conversationId}' for update`,
      );
      expect(made(await fork(ada, second)).copied).toBe(2);
    }),
  );
  await other.close();
});

const long = 10_000;

test(`${long} messages are copied in one statement, while questions go on being sent to the source`, async () => {
  const ada = await scene.person(1_000_000);
  await scene.rows(`insert into messages (id, owner_id, conversation_id, position, role, content)
    select 'long' || n, '${ada.id}', '${ada.conversationId}', n, case n % 2 when 1 then 'user' else 'assistant' end,
      'Message ' || n from generate_series(1, ${long}) as n`);
  await scene.rows(`update conversations set next_position = ${long + 1}, message_count = ${long}
    where owner_id = '${ada.id}' and id = '${ada.conversationId}'`);
  const other = openDatabase(scene.url);
  let isForking = true;
  const forking = forkConversation(other, {
    ...{ ownerId: ada.id, sourceId: ada.conversationId, sourceMessageId: `long${long}` },
    ...{ include: true, conversationId: newId() },
  }).finally(() => {
    isForking = false;
  });
  let sent = 0;
  let sentMeanwhile = 0;
  while (isForking) {
    await ada.send({ content: "Meanwhile?" });
    sent++;
    if (isForking) sentMeanwhile = sent;
  }
  const { conversation, copied } = made(await forking);
  await other.close();
  expect(sentMeanwhile).toBeGreaterThan(0);
  expect(copied).toBe(long);
  expect(conversation.messageCount).toBe(long);
  const [source] = await scene.rows(
    `select message_count from conversations where id = '${ada.conversationId}'`,
  );
  expect(source).toEqual({ message_count: long + sent });
  const [sum] = await scene.rows(`select count(*)::int as n, min(position) as first, max(position) as last
    from messages where owner_id = '${ada.id}' and conversation_id = '${conversation.id}'`);
  expect(sum).toEqual({ n: long, first: 1, last: long });
});

test("a question that may not be sent leaves no fork", async () => {
  const ada = await scene.person(150);
  const [, said = ""] = await talk(ada, [["One?", "First"]]);
  const refused = await fork(ada, said, { include: true, question: questionFor(ada) });
  expect(refused).toMatchObject({ outcome: "insufficient_tokens" });
  expect(await scene.rows(`select id from conversations where owner_id = '${ada.id}'`)).toHaveLength(1);
});
