import { afterAll, beforeAll, expect, test } from "vitest";
import { cancelSomeReplies } from "./account-deletion.ts";
import { deleteConversation, restoreConversation } from "./conversations.ts";
import { type Database, openDatabase } from "./database.ts";
import { newId } from "./ids.ts";
import { deleteMessage } from "./messages.ts";
import { cancelReply, getReply, listReplies } from "./replies.ts";
import { flushReply } from "./reply-attempts.ts";
import { claimReply, finishReply } from "./reply-jobs.ts";
import { searchMessages } from "./search.ts";
import { askAgain } from "./send-message.ts";
import { openScene, type Person, replyOf, type Scene, terms, unexplained } from "./testing/scene.fixture.ts";

let scene: Scene;
let rival: Database;

beforeAll(async () => {
  scene = await openScene();
  rival = openDatabase(scene.url);
});

afterAll(async () => {
  expect(await scene.rows(unexplained)).toEqual([]);
  await rival.close();
  await scene.close();
});

const usage = { inputTokens: 5, cachedInputTokens: 0, outputTokens: 2, reasoningTokens: 0 };

async function writes(person: Person, replyId: string, text: string) {
  const claim = await claimReply(scene.database, person.id, replyId);
  if (claim.outcome !== "claimed") throw new Error(claim.outcome);
  const attempt = { ownerId: person.id, replyId, attempt: claim.reply.attempt };
  if (text !== "")
    await flushReply(scene.database, attempt, { saved: 0, delta: text, ...usage, noteIds: [] });
  return attempt;
}

/** A question whose answer has come as far as this. */
async function running(person: Person, text: string) {
  const asked = replyOf(await person.send());
  return { ...asked, attempt: await writes(person, asked.id, text) };
}

const again = (person: Person, messageId: string, onBusy: "enqueue" | "rollback" = "enqueue") =>
  askAgain(scene.database, {
    ...terms,
    ownerId: person.id,
    conversationId: person.conversationId,
    messageId,
    replyId: newId(),
    onBusy,
  });

const finish = (database: Database, attempt: { ownerId: string; replyId: string; attempt: number }) =>
  finishReply(database, attempt, {
    ...{ status: "completed", messageId: newId(), content: "All of it.", finishReason: "stop" },
    ...usage,
  });

/** What is said in the person's conversation, and whose count and charges are right. */
async function said({ id }: Person) {
  const [{ miscounted, words } = { miscounted: "", words: [] }] = await scene.rows<{
    miscounted: string;
    words: string[];
  }>(`select coalesce(jsonb_agg(content order by position) filter (where not is_deleted), '[]') as words,
      (select count(*) from conversations c where c.owner_id = '${id}' and message_count <> (select count(*)
        from messages m where m.owner_id = c.owner_id and m.conversation_id = c.id and m.is_active and not m.is_deleted))
      as miscounted
    from messages where owner_id = '${id}' and is_active`);
  expect(Number(miscounted)).toBe(0);
  return words;
}

test("whoever stops an answer, its text is a message in its place, and the next prompt has it", async () => {
  const place = ({ id: ownerId, conversationId }: Person) => ({ ownerId, conversationId });
  const ends: ((person: Person, reply: { id: string }) => Promise<unknown>)[] = [
    (person, { id }) => cancelReply(scene.database, person.id, id),
    (person) => person.send({ content: "Quick", onBusy: "interrupt" }),
    (person) => cancelSomeReplies(scene.database, person.id),
    async (person) => {
      await deleteConversation(scene.database, { ...place(person), expectedVersion: undefined });
      return restoreConversation(scene.database, person.id, person.conversationId);
    },
  ];
  for (const end of ends) {
    const ada = await scene.person();
    const { id, messageId } = await running(ada, "So far");
    await end(ada, { id });
    const reply = await getReply(scene.database, ada.id, id);
    expect(reply).toMatchObject({
      status: "cancelled",
      answer: "So far",
      partialText: "",
      tokensCharged: 100,
    });
    expect(
      await scene.rows(`select id, position, role, reply_to, reply_id, is_active from messages
        where owner_id = '${ada.id}' and content = 'So far'`),
    ).toEqual([
      {
        ...{ id: reply?.assistantMessageId, position: 2, role: "assistant", reply_to: messageId },
        ...{ reply_id: id, is_active: true },
      },
    ]);
    const words = await said(ada);
    const next = words.includes("Quick")
      ? (await listReplies(scene.database, ada.id, ada.conversationId, { order: "desc", limit: 1 }))?.[0]
      : replyOf(await ada.send({ content: "Quick" }));
    const claim = await claimReply(scene.database, ada.id, next?.id ?? "");
    expect(claim).toMatchObject({
      history: [
        { role: "user", content: "Hello?" },
        { role: "assistant", content: "So far" },
        { role: "user", content: "Quick" },
      ],
    });
  }
});

test("a stopped answer is found by its owner alone, and listed among the cancelled", async () => {
  const [ada, eve] = [await scene.person(), await scene.person()];
  const { id } = await running(ada, "Axolotls regrow");
  await cancelReply(scene.database, ada.id, id);
  const find = async (person: Person) =>
    (await searchMessages(scene.database, person.id, { q: "axolotls", limit: 5 })).map(
      ({ message }) => message.replyId,
    );
  expect([await find(ada), await find(eve)]).toEqual([[id], []]);
  const page = { status: "cancelled", order: "desc", limit: 5 } as const;
  const listed = await listReplies(scene.database, ada.id, ada.conversationId, page);
  expect(listed?.map((reply) => [reply.id, reply.answer])).toEqual([[id, "Axolotls regrow"]]);
});

test("nothing that can be read, no message; what is discarded is no message either, and is charged", async () => {
  const place = (person: Person) => ({
    ownerId: person.id,
    conversationId: person.conversationId,
    expectedVersion: undefined,
  });
  const scenes: [string, (person: Person, reply: { id: string; messageId: string }) => Promise<unknown>][] = [
    ["", (person, { id }) => cancelReply(scene.database, person.id, id)],
    [" \n", (person, { id }) => cancelReply(scene.database, person.id, id)],
    ["So far", (person) => person.send({ onBusy: "rollback" })],
    ["So far", (person, { messageId }) => deleteMessage(scene.database, { ...place(person), messageId })],
    ["So far", (person, { messageId }) => again(person, messageId, "rollback")],
  ];
  for (const [text, end] of scenes) {
    const ada = await scene.person();
    const reply = await running(ada, text);
    await end(ada, reply);
    const row = await getReply(scene.database, ada.id, reply.id);
    expect(row).toMatchObject({
      status: "cancelled",
      assistantMessageId: null,
      tokensCharged: 100,
    });
    expect(row?.partialText.trim()).toBe("");
    expect(
      await scene.rows(`select from messages where owner_id = '${ada.id}' and role = 'assistant'`),
    ).toEqual([]);
    await said(ada);
  }
});

test("another answer that is stopped takes the place of the first, which stays as a version", async () => {
  const ada = await scene.person();
  const first = await running(ada, "All");
  await finish(scene.database, first.attempt);
  const second = replyOf(await again(ada, first.messageId));
  await writes(ada, second.id, "Once mo");
  await cancelReply(scene.database, ada.id, second.id);
  expect(await said(ada)).toEqual(["Hello?", "Once mo"]);
  const versions = `select content, is_active, answer_number as number from messages
    where owner_id = '${ada.id}' and position = 2 order by number`;
  expect(await scene.rows(versions)).toEqual([
    { content: "All of it.", is_active: false, number: 1 },
    { content: "Once mo", is_active: true, number: 2 },
  ]);
  // A rollback leaves the answers alone that were there before it.
  const third = replyOf(await again(ada, first.messageId));
  await writes(ada, third.id, "Discarded");
  await ada.send({ content: "Else", onBusy: "rollback" });
  expect(await said(ada)).toEqual(["Hello?", "Once mo", "Else"]);
  const deletion = { ownerId: ada.id, conversationId: ada.conversationId, expectedVersion: undefined };
  const stopped = (await getReply(scene.database, ada.id, second.id))?.assistantMessageId;
  await deleteMessage(scene.database, { ...deletion, messageId: String(stopped) });
  expect(await getReply(scene.database, ada.id, second.id)).toMatchObject({ answer: null, partialText: "" });
  expect(await cancelReply(scene.database, ada.id, second.id)).toMatchObject({
    outcome: "repeated",
    reply: { answer: null },
  });
});

test("a cancel that races the finish, 200 times, gives exactly one message", async () => {
  const ada = await scene.person(1_000_000);
  const outcomes = new Map<string, number>();
  for (let race = 0; race < 200; race++) {
    const { id, attempt } = await running(ada, "So far");
    const cancel = () => cancelReply(rival, ada.id, id);
    const end = () => finish(scene.database, attempt);
    // Whichever is sent first is not always the one that comes first.
    const [one, other] = await Promise.all(race % 2 === 0 ? [cancel(), end()] : [end(), cancel()]);
    const key = [one.outcome, other.outcome].sort().join(" ");
    outcomes.set(key, (outcomes.get(key) ?? 0) + 1);
    const kept = await scene.rows<{ content: string; status: string }>(
      `select m.content, r.status from messages m join replies r on r.id = m.reply_id
       where m.reply_id = '${id}' and m.role = 'assistant' and r.assistant_message_id = m.id`,
    );
    expect(kept).toHaveLength(1);
    expect([kept[0]?.status, kept[0]?.content]).toEqual(
      key === "cancelled lost" ? ["cancelled", "So far"] : ["completed", "All of it."],
    );
  }
  expect([...outcomes.keys()].sort()).toEqual(["cancelled lost", "ended finished"]);
  await said(ada);
});
