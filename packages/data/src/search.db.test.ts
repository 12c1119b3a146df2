import { afterAll, beforeAll, expect, test } from "vitest";
import { deleteConversation, restoreConversation, updateConversation } from "./conversations.ts";
import { newId } from "./ids.ts";
import { deleteMessage, editMessage } from "./messages.ts";
import { claimReply, finishReply } from "./reply-jobs.ts";
import { rememberWords, searchConversations, searchMessages } from "./search.ts";
import { askAgain, createConversation, sendMessage } from "./send-message.ts";
import { openScene, type Person, replyOf, type Scene } from "./testing/scene.fixture.ts";

let scene: Scene;
let ada: Person;
let eve: Person;
beforeAll(async () => {
  scene = await openScene();
  ada = await scene.person(1_000_000);
  eve = await scene.person(1_000_000);
});
afterAll(() => scene.close());

/** Stores a message without asking for a reply. */
async function say(who: Person, content: string, conversationId = who.conversationId): Promise<string> {
  const messageId = newId();
  const message = { ownerId: who.id, conversationId, messageId, role: "assistant", content } as const;
  const sent = await sendMessage(scene.database, message);
  if (!("message" in sent)) throw new Error(sent.outcome);
  return messageId;
}

const find = (who: Person, q: string, more: object = {}) =>
  searchMessages(scene.database, who.id, { q, limit: 20, ...more });
const texts = async (who: Person, q: string, more: object = {}) =>
  (await find(who, q, more)).map(({ message }) => message.content);

test("words, phrases, alternatives and exclusions, of the owner's messages only", async () => {
  await say(ada, "A lease runs out unless the worker renews it");
  await say(ada, "The worker sleeps; its lease is gone");
  for (const who of [ada, eve]) await say(who, "Gärten im Frühling 東京 タワー");
  await say(eve, "A lease of Eve's worker");
  expect(await texts(ada, "lease worker")).toHaveLength(2);
  expect(await texts(ada, '"lease runs out"')).toEqual(["A lease runs out unless the worker renews it"]);
  expect(await texts(ada, "lease -sleeps")).toEqual(["A lease runs out unless the worker renews it"]);
  expect(await texts(ada, "renews or sleeps")).toHaveLength(2);
  expect(await texts(ada, "GÄRTEN")).toHaveLength(1);
  expect(await texts(ada, "東京")).toHaveLength(1);
  expect((await find(eve, "lease")).map(({ message }) => message.ownerId)).toEqual([eve.id]);
});

test("the text is never syntax", async () => {
  await say(ada, "It was 100%_sure \\ of it");
  for (const q of ["'", '"', "&", "a:* & !(", "<->", "\\", "%", "_", ":*", "()", "@", "''':*", "or", "-"]) {
    await find(ada, q);
    await searchConversations(scene.database, ada.id, { q, limit: 5 });
  }
  expect(await texts(ada, "%_")).toEqual(["It was 100%_sure \\ of it"]);
  expect(await texts(ada, "%\\")).toEqual([]);
  expect(await texts(ada, `@${eve.id}`)).toEqual([]);
  expect(await texts(ada, `'@${eve.id}' or lease`)).not.toContain("A lease of Eve's worker");
});

test("parts of words and typos, remembered and not yet", async () => {
  await say(ada, "Deploying kubernetes clusters");
  await say(eve, "Kubernetes of Eve");
  const found = ["Deploying kubernetes clusters"];
  for (const when of ["recent", "remembered"]) {
    for (const q of ["kubernets", "bernet", "kuber", "deploing clusters"]) {
      expect(await texts(ada, q), `${q}, ${when}`).toEqual(found);
    }
    expect(await texts(ada, '"kubernets"')).toEqual([]);
    while ((await rememberWords(scene.database, 3, 0)) === 3);
  }
  const words = await scene.rows<{ owner_id: string }>(
    `select owner_id from search_words where word = 'kubernetes'`,
  );
  expect(words.map((row) => row.owner_id).sort()).toEqual([ada.id, eve.id].sort());
});

test("the matches of a snippet are said in code points, and no text can mark itself", async () => {
  await say(ada, "🌻 sunflower <b>seeds</b> & sunflower oil");
  const [match] = await find(ada, "sunflower");
  expect(match?.highlights).toHaveLength(2);
  for (const { start, end } of match?.highlights ?? []) {
    expect([...(match?.snippet ?? "")].slice(start, end).join("")).toBe("sunflower");
  }
});

test("a search goes on where its page ended, by role, and stops after 1 000", async () => {
  await scene.rows(`insert into messages (id, owner_id, conversation_id, position, role, content)
    select 'many' || i, '${ada.id}', '${ada.conversationId}', 1000 + i, case i % 2 when 0 then 'user' else 'assistant' end,
      'plenty ' || repeat('of ', i % 5) from generate_series(1, 1100) as i`);
  const seen = new Set<string>();
  let after: { key: number; id: string } | undefined;
  for (;;) {
    const page = await find(ada, "plenty", { limit: 300, after });
    for (const { message } of page) expect(seen.has(message.id)).toBe(false);
    for (const { message } of page) seen.add(message.id);
    const last = page.at(-1);
    if (last === undefined) break;
    after = { key: last.score, id: last.message.id };
  }
  expect(seen.size).toBe(1_000);
  const users = await find(ada, "plenty", { role: "user", limit: 600 });
  expect(users).toHaveLength(550);
  expect(new Set(users.map(({ message }) => message.role))).toEqual(new Set(["user"]));
});

test("deleted, edited and replaced texts are not found, nor those of a deleted conversation", async () => {
  const conversationId = newId();
  await createConversation(scene.database, { ownerId: ada.id, conversationId });
  const [gone, edited] = [
    await say(ada, "xylophone one", conversationId),
    await say(ada, "xylophone two", conversationId),
  ];
  await say(ada, "xylophone three", conversationId);
  const common = { ownerId: ada.id, conversationId, expectedVersion: undefined };
  await deleteMessage(scene.database, { ...common, messageId: gone });
  await editMessage(scene.database, { ...common, messageId: edited, content: "glockenspiel" });
  expect(await texts(ada, "xylophone")).toEqual(["xylophone three"]);
  expect(await texts(ada, "glockenspiel")).toEqual(["glockenspiel"]);
  await deleteConversation(scene.database, common);
  expect(await texts(ada, "xylophone")).toEqual([]);
  await restoreConversation(scene.database, ada.id, conversationId);
  expect(await texts(ada, "xylophone")).toEqual(["xylophone three"]);

  const sent = await eve.send({ content: "Which instrument?" });
  const answer = async (replyId: string, content: string) => {
    await claimReply(scene.database, eve.id, replyId);
    const ending = { status: "completed", messageId: newId(), content, finishReason: "stop" } as const;
    await finishReply(scene.database, { ownerId: eve.id, replyId, attempt: 1 }, ending);
  };
  await answer(replyOf(sent).id, "A bassoon");
  const again = await askAgain(scene.database, {
    ownerId: eve.id,
    conversationId: eve.conversationId,
    messageId: replyOf(sent).messageId,
    replyId: newId(),
    onBusy: "enqueue",
    models: { "scripted/echo": { contextTokens: 10_000, maxOutputTokens: 1_000, priceFlat: 100 } },
    defaultModel: "scripted/echo",
    ratePerSecond: 0,
    rateBurst: 3,
    ratePerMinute: 0,
    deadlineSeconds: 600,
  });
  await answer(replyOf(again).id, "An oboe");
  expect(await texts(eve, "bassoon")).toEqual([]);
  expect(await texts(eve, "oboe")).toEqual(["An oboe"]);
});

test("conversations by title, description and text, titles first", async () => {
  const made = async (who: Person, change: object, content?: string) => {
    const conversationId = newId();
    await createConversation(scene.database, { ownerId: who.id, conversationId });
    await updateConversation(scene.database, who.id, conversationId, change, undefined);
    if (content !== undefined) await say(who, content, conversationId);
    return conversationId;
  };
  const told = await made(ada, { title: "Other" }, "About a zeppelin over the lake");
  const described = await made(ada, { description: "On a Zeppelin" });
  const titled = await made(ada, { title: "Zeppelin" }, "zeppelin");
  const archived = await made(ada, { title: "Old zeppelin", status: "archived" });
  await made(eve, { title: "Zeppelin" }, "zeppelin");
  const search = (more: object = {}) =>
    searchConversations(scene.database, ada.id, { q: "zeppelin", limit: 10, ...more });
  const found = await search();
  expect(found.map(({ conversation }) => conversation.id).sort()).toEqual(
    [told, described, titled, archived].sort(),
  );
  expect(found.at(-1)?.conversation.id).toBe(told);
  expect(found.at(-1)?.messageId).not.toBeNull();
  expect((await search({ status: "archived" })).map(({ conversation }) => conversation.id)).toEqual([
    archived,
  ]);
  const [first] = await search({ limit: 1 });
  if (first === undefined) throw new Error("nothing found");
  const rest = await search({ after: { key: first.score, id: first.conversation.id } });
  expect(rest).toHaveLength(3);
});

test("a search reads the index, and the owner is in it", async () => {
  await scene.rows(`insert into messages (id, owner_id, conversation_id, position, role, content)
    select 'bulk' || i, '${eve.id}', '${eve.conversationId}', 10000 + i, 'user', 'usual text ' || i
    from generate_series(1, 20000) as i`);
  await scene.rows("analyze messages");
  const plan = JSON.stringify(
    await scene.rows(`explain (analyze, costs off) select id from messages
      where searchable(owner_id, content) @@ ('''@${ada.id}'''::tsquery && websearch_to_tsquery('simple', 'usual'))
        and owner_id = '${ada.id}' and is_active and not is_deleted`),
  );
  expect(plan).toContain("Bitmap Index Scan on messages_search");
  // Not one of the 20 000 entries of the other owner is a hit of the index.
  expect(plan).toMatch(/Index Scan on messages_search \(actual [^)]*rows=0/);
});
