import { afterAll, beforeAll, expect, test } from "vitest";
import { deleteConversation } from "./conversations.ts";
import { type Database, openDatabase } from "./database.ts";
import { purgeConversations } from "./expired-conversations.ts";
import { newId } from "./ids.ts";
import { deleteMessage } from "./messages.ts";
import { createConversation, sendMessage } from "./send-message.ts";
import { openScene, type Person, replyOf, type Scene, terms, unexplained } from "./testing/scene.fixture.ts";

let scene: Scene;
let environments: Database[];

beforeAll(async () => {
  scene = await openScene();
  environments = Array.from({ length: 8 }, () => openDatabase(scene.url));
});

afterAll(async () => {
  expect(await scene.rows(unexplained)).toEqual([]);
  await Promise.all(environments.map((environment) => environment.close()));
  await scene.close();
});

const atOnce = 50;
const races = 100;

/** From each environment in turn, all at once. */
function together<Made>(make: (database: Database, number: number) => Promise<Made>): Promise<Made[]> {
  return Promise.all(
    Array.from({ length: atOnce }, (_, number) =>
      make(environments[number % environments.length] as Database, number),
    ),
  );
}

const question = (person: Person) => ({
  ...terms,
  ...{ ownerId: person.id, conversationId: person.conversationId, replyId: newId(), role: "user" as const },
  ...{ content: "Hello?", onBusy: "enqueue" as const },
});

const own = (messageId: string, idempotencyFingerprint = "f") => ({
  messageId,
  isOwnMessageId: true,
  idempotencyFingerprint,
});

test(`${atOnce} at once with one id of their own make one message, ${races} times`, async () => {
  const ada = await scene.person(1_000_000);
  for (let race = 0; race < races; race++) {
    const messageId = newId();
    const sent = await together((database) => sendMessage(database, { ...question(ada), ...own(messageId) }));
    expect(sent.filter(({ outcome }) => outcome === "sent")).toHaveLength(1);
    expect(sent.filter(({ outcome }) => outcome === "replayed")).toHaveLength(atOnce - 1);
    expect(new Set(sent.map((one) => replyOf(one).id)).size).toBe(1);
  }
  expect(await scene.rows(`select count(*)::int as n from replies where owner_id = '${ada.id}'`)).toEqual([
    { n: races },
  ]);
});

test(`${atOnce} at once with one id for different requests: one is made, ${races} times`, async () => {
  const ada = await scene.person(1_000_000);
  const elsewhere = newId();
  await createConversation(scene.database, { ownerId: ada.id, conversationId: elsewhere });
  for (let race = 0; race < races; race++) {
    const messageId = newId();
    const sent = await together((database, number) =>
      sendMessage(database, {
        ...question(ada),
        // Under two locks, so that the key of the table decides.
        conversationId: number % 2 === 0 ? ada.conversationId : elsewhere,
        ...own(messageId, `f${number}`),
      }),
    );
    expect(sent.filter(({ outcome }) => outcome === "sent")).toHaveLength(1);
    expect(sent.filter(({ outcome }) => outcome === "id_taken")).toHaveLength(atOnce - 1);
  }
});

test(`${atOnce} at once create one conversation, by its own id or its first message's, ${races} times`, async () => {
  const ada = await scene.person(1_000_000);
  for (let race = 0; race < races; race++) {
    const [conversationId, messageId] = [newId(), newId()];
    const isOwn = race % 2 === 0;
    const { conversationId: _elsewhere, ...first } = question(ada);
    const made = await together((database) =>
      createConversation(database, {
        ownerId: ada.id,
        conversationId: isOwn ? conversationId : newId(),
        isOwnConversationId: isOwn,
        conversationIdempotencyFingerprint: "f",
        first: { ...first, messageId, isOwnMessageId: true },
      }),
    );
    const answers = made.map((one) => ("conversation" in one ? one : undefined));
    expect(answers.filter((one) => one?.outcome === "created")).toHaveLength(1);
    expect(answers.filter((one) => one?.outcome === "replayed")).toHaveLength(atOnce - 1);
    expect(new Set(answers.map((one) => `${one?.conversation.id} ${one?.reply?.id}`)).size).toBe(1);
  }
});

test("an id says nothing of another owner's, and is not taken again once its thing is deleted", async () => {
  const [ada, eve] = [await scene.person(), await scene.person()];
  const [conversationId, messageId, firstId] = [newId(), newId(), newId()];
  const create = (person: Person, fingerprint = "c") =>
    createConversation(scene.database, {
      ownerId: person.id,
      conversationId,
      isOwnConversationId: true,
      conversationIdempotencyFingerprint: fingerprint,
      first: { role: "assistant", messageId: firstId, isOwnMessageId: true, content: "Hi" },
    });
  const send = (person: Person, fingerprint = "m") =>
    sendMessage(scene.database, { ...question(person), ...own(messageId, fingerprint) });
  for (const person of [ada, eve]) {
    expect(await create(person)).toMatchObject({ outcome: "created", conversation: { id: conversationId } });
    expect(await create(person)).toMatchObject({ outcome: "replayed", message: { id: firstId } });
    expect(await create(person, "other")).toEqual({ outcome: "id_taken" });
    expect(await send(person)).toMatchObject({ outcome: "sent", message: { id: messageId } });
    expect(await send(person)).toMatchObject({ outcome: "replayed", message: { id: messageId } });
    expect(await send(person, "other")).toEqual({ outcome: "id_taken" });
    // Made without an id, it is nobody's own.
    expect(await sendMessage(scene.database, { ...question(person), ...own(firstId) })).toEqual({
      outcome: "id_taken",
    });
  }
  const place = { ownerId: ada.id, expectedVersion: undefined };
  await deleteMessage(scene.database, { ...place, conversationId: ada.conversationId, messageId });
  expect(await send(ada)).toEqual({ outcome: "id_taken" });
  expect(await send(eve)).toMatchObject({ outcome: "replayed" });
  await deleteConversation(scene.database, { ...place, conversationId });
  await deleteConversation(scene.database, { ...place, conversationId: ada.conversationId });
  expect(await create(ada)).toEqual({ outcome: "id_taken" });
  expect(await create(eve)).toMatchObject({ outcome: "replayed" });

  // Nor once it is erased; to others that is no different.
  const long = "now() - interval '31 days'";
  await scene.rows(`update conversations set deleted_at = ${long} where owner_id = '${ada.id}'`);
  expect(await purgeConversations(scene.database, 100)).toMatchObject({ conversations: 2 });
  expect(await scene.rows(`select id from messages where owner_id = '${ada.id}'`)).toEqual([]);
  expect(await create(ada)).toEqual({ outcome: "id_taken" });
  expect(await create(eve)).toMatchObject({ outcome: "replayed" });
  const [elsewhere, another] = [newId(), newId()];
  await createConversation(scene.database, { ownerId: ada.id, conversationId: elsewhere });
  const sendThere = { ...question(ada), conversationId: elsewhere };
  for (const spent of [messageId, firstId]) {
    expect(await sendMessage(scene.database, { ...sendThere, ...own(spent) })).toEqual({
      outcome: "id_taken",
    });
  }
  expect(await sendMessage(scene.database, { ...sendThere, ...own(another) })).toMatchObject({
    outcome: "sent",
  });
  // An id of a message is none of a conversation.
  expect(
    await createConversation(scene.database, {
      ownerId: ada.id,
      conversationId: messageId,
      isOwnConversationId: true,
    }),
  ).toMatchObject({ outcome: "created" });
});
