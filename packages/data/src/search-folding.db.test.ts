import { afterAll, beforeAll, expect, test } from "vitest";
import { listConversations, updateConversation } from "./conversations.ts";
import { newId } from "./ids.ts";
import { searchNotes } from "./note-search.ts";
import { createNote, listNotes } from "./notes.ts";
import { rememberWords, searchConversations, searchMessages } from "./search.ts";
import { findSimilarMessages, findSimilarNotes } from "./similar.ts";
import { openScene, type Person, replyOf, type Scene } from "./testing/scene.fixture.ts";

let scene: Scene;
let ada: Person;
let eve: Person;
beforeAll(async () => {
  scene = await openScene();
  ada = await scene.person(1_000_000);
  eve = await scene.person(1_000_000);
  for (const who of [ada, eve]) {
    for (const [place, content] of texts.entries()) await store(who, content, place + 1);
  }
});
afterAll(() => scene.close());

async function store(who: Person, content: string, position: number): Promise<void> {
  await scene.rows(`insert into messages (id, owner_id, conversation_id, position, role, content)
    values ('${newId()}', '${who.id}', '${who.conversationId}', ${position}, 'user', $text$${content}$text$)`);
}

const decomposed = "Mon re\u0301sume\u0301 est pre\u0302t";
const pupil = "L'Élève étudie le tiếng Việt";
const wide = "Ｆｕｌｌ ｗｉｄｔｈ ＡＢＣ１２３";
const letters = "Łódź, Ærø, Straße, Đà Nẵng, İzmir";
const greek = "Ο ΟΔΥΣΣΕΥΣ γύρισε στην Ιθάκη";
const kana = "カ\u3099ンダムは한국어로";
const link = "See https://example.com/a/b?x=1 for more";
const uuid = "Request 550e8400-e29b-41d4-a716-44665544ffee failed";
const path = "It throws at src/app.ts:42 in parse_input";
const texts = [decomposed, pupil, wide, letters, greek, kana, link, uuid, path];

const find = (who: Person, q: string) => searchMessages(scene.database, who.id, { q, limit: 20 });

test.each([
  ["résumé", decomposed, "re\u0301sume\u0301"],
  ["RESUME", decomposed, "re\u0301sume\u0301"],
  ["re\u0301sume\u0301", decomposed, "re\u0301sume\u0301"],
  ["eleve", pupil, "Élève"],
  ["tieng viet", pupil, "tiếng Việt"],
  ["tie\u0302\u0301ng", pupil, "tiếng"],
  ["full width", wide, "Ｆｕｌｌ ｗｉｄｔｈ"],
  ["ａｂｃ123", wide, "ＡＢＣ１２３"],
  ["lodz strasse", letters, "Łódź Straße"],
  ["da nang izmir", letters, "Đà Nẵng İzmir"],
  ["οδυσσευς ιθακη", greek, "ΟΔΥΣΣΕΥΣ Ιθάκη"],
  ["ガンダムは한국어로", kana, "カ\u3099ンダムは한국어로"],
  ["example.com/a/b", link, "example com a b"],
  ["https://example.com/a/b", link, "https example com a b"],
  ["a716-44665544ffee", uuid, "a716 44665544ffee"],
  ["44665544ffee", uuid, "44665544ffee"],
  ["5544ffee", uuid, "44665544ffee"],
  ["16-44665544ffee", uuid, "16-44665544ffee"],
  ["app.ts:42", path, "app ts 42"],
  ["src/app.ts", path, "src app ts"],
  ["parse_inp", path, "parse input"],
  ["“parse input”", path, "parse input"],
])("%s finds what is the same to a person, of its owner only", async (q, content, marked) => {
  for (const who of [ada, eve]) {
    const found = await find(who, q);
    expect(found.map(({ message }) => [message.ownerId, message.content])).toEqual([[who.id, content]]);
    const [{ snippet, highlights } = { snippet: "", highlights: [] }] = found;
    expect(highlights.map(({ start, end }) => [...snippet].slice(start, end).join("")).join(" ")).toBe(
      marked,
    );
  }
});

test("what joins words keeps them together", async () => {
  for (const q of ['"42 app"', '"input parse"', "42.app or com.example"])
    expect(await find(ada, q), q).toEqual([]);
  expect(await find(ada, "see -example.com/a/b")).toEqual([]);
  expect(await find(ada, "see -example.org")).toHaveLength(1);
});

test("of texts that are the same without accents those that have them as they were asked for come first", async () => {
  for (const [place, content] of ["Pêche aux moules", "Peche aux moules", "Péché aux moules"].entries()) {
    await store(ada, content, 100 + place);
  }
  const first = async (q: string) => (await find(ada, q))[0]?.message.content;
  expect(await find(ada, "peche")).toHaveLength(3);
  expect(await first("peche")).toBe("Peche aux moules");
  expect(await first("pêche")).toBe("Pêche aux moules");
  expect(await first("pe\u0301che\u0301")).toBe("Péché aux moules");
});

test("titles, filters, tags, notes and similar texts are compared the same way", async () => {
  const composed = { title: "Crème brûlée", description: null };
  for (const who of [ada, eve]) {
    await updateConversation(scene.database, who.id, who.conversationId, composed, undefined);
    const noteId = newId();
    const note = { title: "Über Ｎｏｔｅｓ", content: "Fu\u0308r Élise", tags: ["cafe\u0301"] };
    await createNote(scene.database, { ownerId: who.id, noteId, ...note });
  }
  const page = { order: "desc", limit: 5 } as const;
  const owners = (rows: readonly { ownerId: string }[]) => rows.map(({ ownerId }) => ownerId);
  for (const q of ["creme", "BRÛLÉE", "bru\u0302le\u0301e"]) {
    const listed = await listConversations(scene.database, ada.id, { q, sort: "updatedAt", ...page });
    expect(owners(listed), q).toEqual([ada.id]);
    const found = await searchConversations(scene.database, ada.id, { q, limit: 5 });
    expect(owners(found.map(({ conversation }) => conversation)), q).toEqual([ada.id]);
  }
  for (const filter of [{ q: "fur elise" }, { q: "uber notes" }, { tag: "café" }, { tag: "cafe\u0301" }]) {
    expect(owners(await listNotes(scene.database, ada.id, { ...page, ...filter }))).toEqual([ada.id]);
  }
  expect(await listNotes(scene.database, ada.id, { ...page, tag: "cafe" })).toEqual([]);
  const notes = await searchNotes(scene.database, ada.id, { query: "elis", without: [], limit: 5 });
  expect(notes.map(({ content }) => content)).toEqual(["Fu\u0308r Élise"]);
  const question = { q: "ELISE", k: 5, embedding: undefined };
  const similar = await findSimilarNotes(scene.database, ada.id, question);
  expect(similar.found.map(({ row, score }) => [row.ownerId, score])).toEqual([[ada.id, 1]]);
});

test("a template's variable has its value however its name's accents are encoded", async () => {
  const change = {
    systemPrompt: "Say {{gru\u0308ße}} and {{grüße }} to {{name}}.",
    metadata: { grüße: "hello" },
  };
  const person = await scene.person();
  await updateConversation(scene.database, person.id, person.conversationId, change, undefined);
  const { id } = replyOf(await person.send());
  const [reply] = await scene.rows<{ system_prompt: string }>(
    `select system_prompt from replies where id = '${id}'`,
  );
  expect(reply?.system_prompt).toBe("Say hello and hello to {{name}}.");
});

test("the score of similar words is the share of them that a text has", async () => {
  const person = await scene.person();
  for (const [place, content] of ["hello world", "hello there", "nothing"].entries()) {
    await store(person, content, place + 1);
  }
  const scores = async (q: string) => {
    const { found } = await findSimilarMessages(scene.database, person.id, { q, k: 5, embedding: undefined });
    return found.map(({ row, score }) => [row.content, score]);
  };
  expect((await scores("hello")).map(([, score]) => score)).toEqual([1, 1]);
  expect(await scores("hello wonderful world")).toEqual([
    ["hello world", 0.6667],
    ["hello there", 0.3333],
  ]);
});

test("words are remembered as they are compared, and no more of an owner than a search can look through", async () => {
  const person = await scene.person();
  await store(person, "Dvořák dirigiert", 1);
  await scene.rows(`insert into messages (id, owner_id, conversation_id, position, role, content)
    select '${newId()}', '${person.id}', '${person.conversationId}', 2, 'user',
      (select string_agg('zz' || i, ' ') from generate_series(1, 30000) as i)`);
  await scene.rows(
    `insert into search_words (owner_id, word) select '${person.id}', 'yy' || i from generate_series(1, 29999) as i`,
  );
  while ((await rememberWords(scene.database, 100, 0)) > 0);
  const [words] = await scene.rows<{ count: number; composer: number }>(`select count(*)::int as count,
    count(*) filter (where word = 'dvorak')::int as composer from search_words where owner_id = '${person.id}'`);
  expect(words).toEqual({ count: 50_000, composer: 1 });
});
