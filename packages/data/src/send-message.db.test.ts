import { afterAll, beforeAll, expect, test } from "vitest";
import { getConversation } from "./conversations.ts";
import { type Database, openDatabase } from "./database.ts";
import { newId } from "./ids.ts";
import { askAgain, createConversation } from "./send-message.ts";
import { openScene, replyOf, type Scene, unexplained } from "./testing/scene.fixture.ts";
import { getUser } from "./users.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.close());

test("a send stores message and reply, reserves the answer's position and holds the price", async () => {
  const [ada, eve] = [await scene.person(), await scene.person()];
  const first = await ada.send({ content: "One?" });
  const second = await ada.send({ content: "Two?" });
  expect([first, second]).toMatchObject([
    { outcome: "sent", message: { position: 1 }, reply: { position: 2, ordinal: 1, status: "queued" } },
    { outcome: "sent", message: { position: 3 }, reply: { position: 4, ordinal: 2, status: "queued" } },
  ]);
  expect(await getUser(scene.database, ada.id)).toMatchObject({ tokenBalance: 4_000, tokensHeld: 200 });
  expect(await getUser(scene.database, eve.id)).toMatchObject({ tokenBalance: 4_000, tokensHeld: 0 });
  const conversation = await getConversation(scene.database, ada.id, ada.conversationId);
  expect(conversation).toMatchObject({ messageCount: 2, activeReplyId: replyOf(first).id });
});

test("another user's conversation is not there", async () => {
  const [ada, eve] = [await scene.person(), await scene.person()];
  expect(await eve.send({ conversationId: ada.conversationId })).toEqual({ outcome: "not_found" });
  const sent = await ada.send();
  expect(await eve.send({ replyTo: replyOf(sent).messageId })).toEqual({ outcome: "reply_to_not_found" });
});

test("an imported answer costs nothing and asks nobody", async () => {
  const ada = await scene.person(0);
  const sent = await ada.send({ role: "assistant", content: "I said so before." });
  expect(sent).toMatchObject({
    outcome: "sent",
    reply: undefined,
    message: { position: 1, role: "assistant" },
  });
  expect(await ada.send()).toMatchObject({ outcome: "insufficient_tokens", balance: 0, price: 100 });
});

test("parallel sends on credit for one: one is sent, and nothing is stored of the others", async () => {
  const [ada, eve] = [await scene.person(100), await scene.person(100)];
  const databases = Array.from({ length: 8 }, () => openDatabase(scene.url));
  const { sendMessage } = await import("./send-message.ts");
  const outcomes = await Promise.all(
    Array.from({ length: 40 }, async (_, index) => {
      const database = databases[index % databases.length] ?? scene.database;
      const sent = await sendMessage(database, {
        models: { "scripted/echo": { contextTokens: 10_000, maxOutputTokens: 1_000, priceFlat: 100 } },
        defaultModel: "scripted/echo",
        ratePerSecond: 0,
        rateBurst: 3,
        ratePerMinute: 0,
        deadlineSeconds: 600,
        ownerId: ada.id,
        conversationId: ada.conversationId,
        messageId: newId(),
        replyId: newId(),
        role: "user",
        content: "Me!",
        onBusy: "enqueue",
      });
      return sent.outcome;
    }),
  );
  await Promise.all(databases.map((database) => database.close()));
  expect(outcomes.filter((outcome) => outcome === "sent")).toHaveLength(1);
  expect(outcomes.filter((outcome) => outcome === "insufficient_tokens")).toHaveLength(39);
  expect(await scene.rows(`select count(*)::int as n from messages where owner_id = '${ada.id}'`)).toEqual([
    { n: 1 },
  ]);
  expect(await getUser(scene.database, eve.id)).toMatchObject({ tokensHeld: 0 });
  expect(await scene.rows(unexplained)).toEqual([]);
});

test("identical sends with one key make one message, raced over many connections", async () => {
  const ada = await scene.person();
  const other = newId();
  await createConversation(scene.database, { ownerId: ada.id, conversationId: other });
  const key = { idempotencyKey: "k1", idempotencyFingerprint: "same" };
  const sent = await Promise.all(Array.from({ length: 20 }, () => ada.send(key)));
  expect(new Set(sent.map((one) => replyOf(one).id)).size).toBe(1);
  expect(sent.map((one) => one.outcome).sort()).toEqual([...Array(19).fill("replayed"), "sent"]);
  expect(await ada.send({ ...key, idempotencyFingerprint: "other" })).toEqual({ outcome: "mismatch" });
  expect(await ada.send({ ...key, idempotencyFingerprint: "other", conversationId: other })).toEqual({
    outcome: "mismatch",
  });
  const eve = await scene.person();
  expect(await eve.send(key)).toMatchObject({ outcome: "sent" });
});

test("three in a second, ten in a minute, and a refusal takes nothing", async () => {
  const ada = await scene.person();
  const limits = { ratePerSecond: 1, ratePerMinute: 4 };
  const outcomes = [];
  for (let count = 0; count < 4; count++) outcomes.push(await ada.send(limits));
  expect(outcomes.map((one) => one.outcome)).toEqual(["sent", "sent", "sent", "rate_limited"]);
  expect(outcomes[3]).toMatchObject({ policy: "second", retryAfterSeconds: expect.any(Number) });
  expect(await ada.send({ ratePerSecond: 0, ratePerMinute: 4 })).toMatchObject({ outcome: "sent" });
  expect(await ada.send({ ratePerSecond: 0, ratePerMinute: 4 })).toMatchObject({
    outcome: "rate_limited",
    policy: "minute",
  });
  const eve = await scene.person();
  expect(await eve.send(limits)).toMatchObject({ outcome: "sent" });
});

test("a disabled user is refused at once", async () => {
  const ada = await scene.person();
  await scene.rows(`update users set disabled_at = now() where id = '${ada.id}'`);
  expect(await ada.send()).toEqual({ outcome: "disabled" });
});

test("reject names the running reply; interrupt cancels it; rollback takes its message away too", async () => {
  const [ada, eve] = [await scene.person(), await scene.person()];
  const running = replyOf(await ada.send());
  expect(await ada.send({ onBusy: "reject" })).toEqual({ outcome: "busy", replyId: running.id });
  const second = await ada.send({ onBusy: "interrupt" });
  expect(second).toMatchObject({ outcome: "sent", cancelledReplyIds: [running.id] });
  const third = await ada.send({ onBusy: "rollback" });
  expect(third).toMatchObject({ outcome: "sent", cancelledReplyIds: [replyOf(second).id] });
  const deleted = await scene.rows<{ id: string }>(
    `select id from messages where owner_id = '${ada.id}' and is_deleted`,
  );
  expect(deleted.map((row) => row.id)).toEqual([replyOf(second).messageId]);
  expect(await getUser(scene.database, ada.id)).toMatchObject({ tokenBalance: 4_000, tokensHeld: 100 });
  expect(await eve.send({ onBusy: "reject" })).toMatchObject({ outcome: "sent" });
});

test("a refused interrupt leaves the running reply alone", async () => {
  const ada = await scene.person(150);
  const running = replyOf(await ada.send());
  const dear = { models: { "scripted/echo": { contextTokens: 9, maxOutputTokens: 9, priceFlat: 500 } } };
  expect(await ada.send({ onBusy: "interrupt", ...dear })).toMatchObject({ outcome: "insufficient_tokens" });
  const rows = await scene.rows(`select status, tokens_held::int from replies where id = '${running.id}'`);
  expect(rows).toEqual([{ status: "queued", tokens_held: 100 }]);
  expect(await scene.rows(unexplained)).toEqual([]);
});

test("a metered model holds its input estimate and its longest answer", async () => {
  const ada = await scene.person();
  const metered = {
    models: { "x/m": { contextTokens: 1_000, maxOutputTokens: 500, priceInput: 10, priceOutput: 40 } },
    defaultModel: "x/m",
  };
  const { id } = replyOf(await ada.send({ ...metered, content: "a".repeat(3_000) }));
  const rows = await scene.rows(`select tokens_held::int as held from replies where id = '${id}'`);
  expect(rows).toEqual([{ held: (1_000 * 10 + 500 * 40) / 1_000 }]);
});

const againTerms = {
  models: { "scripted/echo": { contextTokens: 10_000, maxOutputTokens: 1_000, priceFlat: 100 } },
  defaultModel: "scripted/echo",
  ratePerSecond: 0,
  rateBurst: 3,
  ratePerMinute: 0,
  deadlineSeconds: 600,
  onBusy: "enqueue" as const,
};

test("asking again in a busy conversation says first whether there is such a message", async () => {
  const [ada, eve] = [await scene.person(), await scene.person()];
  const [mine, hers] = [replyOf(await ada.send()), replyOf(await eve.send())];
  const ask = (messageId: string, onBusy: "reject" | "interrupt" | "rollback", ownerId = ada.id) =>
    askAgain(scene.database, {
      ...againTerms,
      onBusy,
      ownerId,
      conversationId: ada.conversationId,
      messageId,
      replyId: newId(),
    });
  for (const onBusy of ["reject", "interrupt", "rollback"] as const) {
    expect(await ask(newId(), onBusy)).toEqual({ outcome: "not_found" });
    expect(await ask(hers.messageId, onBusy)).toEqual({ outcome: "not_found" });
    expect(await ask(mine.messageId, onBusy, eve.id)).toEqual({ outcome: "not_found" });
  }
  expect(await ask(mine.messageId, "reject")).toEqual({ outcome: "busy", replyId: mine.id });
  const asked = await ask(mine.messageId, "rollback");
  expect(asked).toMatchObject({
    outcome: "sent",
    message: { id: mine.messageId, isDeleted: false },
    cancelledReplyIds: [mine.id],
  });
  expect(await ask(hers.messageId, "reject")).toEqual({ outcome: "not_found" });
});

test("asking again queues another reply to the same message, once per key", async () => {
  const [ada, eve] = [await scene.person(), await scene.person()];
  const first = replyOf(await ada.send());
  const again = {
    ...againTerms,
    ownerId: ada.id,
    conversationId: ada.conversationId,
    messageId: first.messageId,
    replyIdempotencyKey: "again",
    replyIdempotencyFingerprint: "f",
  };
  const asked = await Promise.all(
    Array.from({ length: 5 }, () => askAgain(scene.database, { ...again, replyId: newId() })),
  );
  expect(new Set(asked.map((one) => replyOf(one).id)).size).toBe(1);
  expect(asked[0]).toMatchObject({ reply: { position: 2, ordinal: 2 }, message: { id: first.messageId } });
  expect(await askAgain(scene.database, { ...again, ownerId: eve.id, replyId: newId() })).toEqual({
    outcome: "not_found",
  });
});

test("conversations that one user starts at the same time do not wait for each other in a circle", async () => {
  const [ada, eve] = [await scene.person(), await scene.person()];
  const databases = Array.from({ length: 8 }, () => openDatabase(scene.url));
  const start = (database: Database) =>
    createConversation(database, {
      ownerId: ada.id,
      conversationId: newId(),
      first: {
        role: "user",
        models: { "scripted/echo": { contextTokens: 10_000, maxOutputTokens: 1_000, priceFlat: 10 } },
        defaultModel: "scripted/echo",
        ratePerSecond: 0,
        rateBurst: 3,
        ratePerMinute: 0,
        deadlineSeconds: 600,
        ownerId: ada.id,
        replyId: newId(),
        messageId: newId(),
        content: "Hello?",
        onBusy: "enqueue",
      },
    });
  const rounds = Array.from({ length: 10 }, () => databases).flat();
  const outcomes = await Promise.all(rounds.map(async (database) => (await start(database)).outcome));
  await Promise.all(databases.map((database) => database.close()));
  expect(new Set(outcomes)).toEqual(new Set(["created"]));
  expect(await getUser(scene.database, ada.id)).toMatchObject({ tokensHeld: 800 });
  expect(await getUser(scene.database, eve.id)).toMatchObject({ tokensHeld: 0 });
});
