import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deleteConversation } from "./conversations.ts";
import { newId } from "./ids.ts";
import { deleteMessage, editMessage } from "./messages.ts";
import { cancelReply, getReply, getReplyWithContext, type ReplyRow } from "./replies.ts";
import { type Attempt, flushReply, startNextAttempt } from "./reply-attempts.ts";
import { claimReply, finishReply } from "./reply-jobs.ts";
import { openScene, type Person, replyOf, type Scene, unexplained } from "./testing/scene.fixture.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(async () => {
  expect(await scene.rows(unexplained)).toEqual([]);
  await scene.close();
});

async function claimed(person: Person, sent: Parameters<Person["send"]>[0] = {}): Promise<Attempt> {
  const { id } = replyOf(await person.send(sent));
  const claim = await claimReply(scene.database, person.id, id);
  if (claim.outcome !== "claimed") throw new Error(`not claimed: ${claim.outcome}`);
  return { ownerId: person.id, replyId: id, attempt: claim.reply.attempt };
}

const kept = {
  model: "scripted/echo",
  partialText: "Let me look.",
  inputTokens: 40,
  cachedInputTokens: 0,
  outputTokens: 6,
  reasoningTokens: 0,
};

test("an attempt after a tool's results keeps the text, the notes and the tokens so far", async () => {
  const [ada, eve] = [await scene.person(), await scene.person()];
  const first = await claimed(ada);
  const noteIds = [newId()];
  expect(
    await startNextAttempt(scene.database, { ...first, ownerId: eve.id }, { ...kept, noteIds }),
  ).toBeUndefined();
  expect(await startNextAttempt(scene.database, first, { ...kept, noteIds })).toMatchObject({ attempt: 2 });
  const row = await getReply(scene.database, ada.id, first.replyId);
  expect(row).toMatchObject({
    attempt: 2,
    partialText: "Let me look.",
    inputTokens: 40,
    outputTokens: 6,
    noteIds,
  });

  const second = { ...first, attempt: 2 };
  const all = [...noteIds, newId()];
  const progress = { saved: 12, delta: "\n\nMondays.", inputTokens: 90, outputTokens: 9, noteIds: all };
  expect(await flushReply(scene.database, first, progress)).toBeUndefined();
  expect(await flushReply(scene.database, second, progress)).toBeDefined();
  const context = {
    sentPositions: [],
    droppedPositions: [],
    inputTokens: 80,
    notes: [{ id: all[0] ?? "", title: null, content: "As it was", source: "found" as const }],
    searches: ["garden"],
  };
  const ending = { status: "completed" as const, messageId: newId(), content: "All", finishReason: "stop" };
  const finished = await finishReply(scene.database, second, { ...ending, noteIds: all, context });
  expect(finished).toMatchObject({ outcome: "finished", reply: { noteIds: all, status: "completed" } });
  // Who asks how the reply is doing is not sent the names of a thousand messages.
  expect(finished).not.toHaveProperty("reply.context");
  expect(await getReply(scene.database, ada.id, first.replyId)).not.toHaveProperty("context");
  expect(await getReplyWithContext(scene.database, ada.id, first.replyId)).toMatchObject({
    context: { inputTokens: 80, notes: context.notes, sentMessageIds: [], droppedMessageIds: [] },
  });
  expect(await getReplyWithContext(scene.database, eve.id, first.replyId)).toBeUndefined();
});

test("contexts stored with ids, before positions were, are read as they are", async () => {
  const ada = await scene.person();
  const { replyId } = await claimed(ada);
  const stored = { sentMessageIds: ["a", "b"], droppedMessageIds: ["c"], inputTokens: 7 };
  await scene.rows(`update replies set context = '${JSON.stringify(stored)}' where id = '${replyId}'`);
  expect((await getReplyWithContext(scene.database, ada.id, replyId))?.context).toEqual(stored);
});

test("a context names the messages of its owner that stood where it says when its reply was started", async () => {
  const [ada, eve] = [await scene.person(), await scene.person()];
  await claimed(eve);
  const attempt = await claimed(ada);
  const messageId = newId();
  const context = { droppedPositions: [], inputTokens: 1, notes: [], searches: [] };
  const sentPositions: [number, number][] = [[1, 1]];
  const progress = { saved: 0, delta: "Hi", inputTokens: 1, outputTokens: 1, noteIds: [] };
  await flushReply(scene.database, attempt, { ...progress, context: { ...context, sentPositions } });
  await finishReply(scene.database, attempt, {
    status: "completed",
    messageId,
    content: "Hi",
    finishReason: "stop",
  });
  const given = async () => (await getReplyWithContext(scene.database, ada.id, attempt.replyId))?.context;
  const [asked] = await scene.rows<{ id: string }>(
    `select message_id as id from replies where id = '${attempt.replyId}'`,
  );
  expect(await given()).toMatchObject({ sentMessageIds: [asked?.id], droppedMessageIds: [] });
  // As after a clock was set back: no version is old enough.
  await scene.rows(`update messages set created_at = now() + interval '1 hour' where id = '${asked?.id}'`);
  expect(await given()).toMatchObject({ sentMessageIds: [asked?.id] });
});

test("a cancel between two rounds is kept, and what was said before is paid for", async () => {
  const ada = await scene.person();
  const first = await claimed(ada);
  await startNextAttempt(scene.database, first, { ...kept, noteIds: [] });
  expect(await cancelReply(scene.database, ada.id, first.replyId)).toMatchObject({ outcome: "cancelled" });
  expect(
    await startNextAttempt(scene.database, { ...first, attempt: 2 }, { ...kept, noteIds: [] }),
  ).toBeUndefined();
  const row = await getReply(scene.database, ada.id, first.replyId);
  expect(row).toMatchObject({ status: "cancelled", answer: "Let me look.", tokensCharged: 100 });
});

test("deleting a question while its reply streams costs what a cancel does: what was produced", async () => {
  const models = {
    "openai/m": { contextTokens: 10_000, maxOutputTokens: 1_000, priceInput: 1_000, priceOutput: 2_000 },
  };
  const charged = [];
  for (const end of ["cancel", "delete"]) {
    const ada = await scene.person(10_000_000);
    const attempt = await claimed(ada, { model: "openai/m", models });
    const progress = { saved: 0, delta: "Let me", inputTokens: 30, outputTokens: 2, noteIds: [] };
    await flushReply(scene.database, attempt, progress);
    const { messageId, conversationId } = (await getReply(
      scene.database,
      ada.id,
      attempt.replyId,
    )) as ReplyRow;
    const deletion = { ownerId: ada.id, conversationId, messageId, expectedVersion: undefined };
    if (end === "cancel") await cancelReply(scene.database, ada.id, attempt.replyId);
    else expect(await deleteMessage(scene.database, deletion)).toMatchObject({ outcome: "deleted" });
    const [row] = await scene.rows(
      `select status, tokens_charged::int as charged from replies where id = '${attempt.replyId}'`,
    );
    charged.push(row);
  }
  expect(charged).toEqual(Array(2).fill({ status: "cancelled", charged: 30 + 2 * 2 }));
});

describe("what was sent to a provider is owed, however the reply is stopped before its first word", () => {
  const metered = { contextTokens: 10_000, maxOutputTokens: 1_000, priceInput: 1_000, priceOutput: 2_000 };
  const models = { flat: { contextTokens: 10_000, maxOutputTokens: 1_000, priceFlat: 100 }, metered };
  const told = { saved: 0, delta: "", inputTokens: 3_000, outputTokens: 0, noteIds: [] };
  const stops = {
    cancel: (ada, { id }) => cancelReply(scene.database, ada.id, id),
    interruption: (ada) => ada.send({ onBusy: "interrupt" }),
    "its message's deletion": ({ id: ownerId, conversationId }, { messageId }) =>
      deleteMessage(scene.database, { ownerId, conversationId, messageId, expectedVersion: undefined }),
    "its conversation's deletion": ({ id: ownerId, conversationId }) =>
      deleteConversation(scene.database, { ownerId, conversationId, expectedVersion: undefined }),
  } satisfies Record<string, (ada: Person, reply: ReturnType<typeof replyOf>) => Promise<unknown>>;
  const content = "word ".repeat(4_000);

  test.each(Object.entries(stops))("%s", async (_, stop) => {
    const charged = async (model: "flat" | "metered", until: "queued" | "claimed" | "told") => {
      const ada = await scene.person(10_000_000);
      const asked = replyOf(await ada.send({ model, models, content }));
      if (until !== "queued") await claimReply(scene.database, ada.id, asked.id);
      const attempt = { ownerId: ada.id, replyId: asked.id, attempt: 1 };
      if (until === "told") await flushReply(scene.database, attempt, told);
      await stop(ada, asked);
      // The worker goes on until it notices, and writes nothing more.
      expect(await flushReply(scene.database, attempt, told)).toBeUndefined();
      const [row] = await scene.rows<{ status: string; charged: number }>(
        `select status, tokens_charged::int as charged from replies where id = '${asked.id}'`,
      );
      expect(row?.status).toBe("cancelled");
      return row?.charged;
    };
    expect(await charged("flat", "queued")).toBe(0);
    expect(await charged("flat", "claimed")).toBe(100);
    expect(await charged("metered", "queued")).toBe(0);
    // A quarter of the octets of the question, and of the prompt that every conversation begins with.
    expect(Math.round(((await charged("metered", "claimed")) ?? 0) / 100)).toBe(50);
    expect(await charged("metered", "told")).toBe(3_000);
  });
});

test("an edited answer of a model is marked, and what the model wrote stays as a version", async () => {
  const ada = await scene.person();
  const attempt = await claimed(ada);
  const messageId = newId();
  const answer = { status: "completed", messageId, content: "Whales sing.", finishReason: "stop" } as const;
  await finishReply(scene.database, attempt, answer);
  const { conversationId } = ada;
  const change = { ownerId: ada.id, conversationId, messageId, content: "Whales hum." };
  const edited = await editMessage(scene.database, change as Parameters<typeof editMessage>[1]);
  expect(edited).toMatchObject({ role: "assistant", content: "Whales hum.", isEdited: true });
  expect(await scene.rows(`select content from message_versions where message_id = '${messageId}'`)).toEqual([
    { content: "Whales sing." },
  ]);
});

test("another worker starts without what the first was shown", async () => {
  const ada = await scene.person();
  const first = await claimed(ada);
  await startNextAttempt(scene.database, first, { ...kept, noteIds: [newId()] });
  await scene.rows(
    `update replies set leased_until = now() - interval '1 second' where id = '${first.replyId}'`,
  );
  const taken = await claimReply(scene.database, ada.id, first.replyId);
  expect(taken).toMatchObject({ outcome: "claimed", reply: { attempt: 3, partialText: "", noteIds: [] } });
});

test("a reply is never updated before it started or ended, whoever ends it", async () => {
  for (const person of [await scene.person(), await scene.person()]) {
    const finished = await claimed(person);
    const ending = { status: "completed", messageId: newId(), content: "All", finishReason: "stop" } as const;
    const early = `select count(*)::int as replies, count(*) filter (where updated_at < started_at
      or updated_at < finished_at or finished_at < started_at)::int as early
      from replies where owner_id = '${person.id}'`;
    expect(await scene.rows(early)).toEqual([{ replies: 1, early: 0 }]);
    await finishReply(scene.database, finished, ending);
    const { replyId } = await claimed(person);
    await cancelReply(scene.database, person.id, replyId);
    expect(await scene.rows(early)).toEqual([{ replies: 2, early: 0 }]);
  }
});
