import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "./ids.ts";
import { searchNotes } from "./note-search.ts";
import { createNote } from "./notes.ts";
import { rememberWords, searchConversations, searchMessages } from "./search.ts";
import { findSimilarMessages } from "./similar.ts";
import { openScene, type Person, type Scene } from "./testing/scene.fixture.ts";

let scene: Scene;
let ada: Person;
let eve: Person;
beforeAll(async () => {
  scene = await openScene();
  ada = await scene.person();
  eve = await scene.person();
  for (const who of [ada, eve]) {
    for (const [place, content] of texts.entries()) {
      await scene.rows(`insert into messages (id, owner_id, conversation_id, position, role, content)
        values ('${newId()}', '${who.id}', '${who.conversationId}', ${place + 1}, 'user', $text$${content}$text$)`);
    }
  }
});
afterAll(() => scene.close());

const vec = "Use Vec<String> for names";
const list = "List<Customer> orders";
const comparison = "if a<b and c>d then stop";
const closing = "It ends with </section>, entity &eacute;tude; and x<-7";
const link = "See https://example.org/find?color=teal&shape=oval";
const texts = [vec, list, comparison, closing, link];

const find = (who: Person, q: string) => searchMessages(scene.database, who.id, { q, limit: 20 });

test.each([
  ["Vec<String>", vec],
  ["names String", vec],
  ['"vec<string> for"', vec],
  ["Vec<Strin", vec],
  ["<Strng>", vec],
  ["List<Customer>", list],
  ["Customer -names", list],
  ["stop b", comparison],
  ["c>d", comparison],
  ["d -> b", comparison],
  ["d <- b", comparison],
  ["b <!-- stop -->", comparison],
  ["</section>", closing],
  ["section", closing],
  ["&eacute; tude", closing],
  ["x<-7", closing],
  ["https://example.org/find?color=teal&shape=oval", link],
  ["see https://example.org/find?color=teal&", link],
  ["oval", link],
])("%s finds what is between signs, of the owner's messages only", async (q, content) => {
  for (const who of [ada, eve]) {
    const found = await find(who, q);
    expect(found.map(({ message }) => [message.ownerId, message.content])).toEqual([[who.id, content]]);
  }
});

test("what is left out may have signs", async () => {
  const contents = async (q: string) => (await find(ada, q)).map(({ message }) => message.content);
  expect(await contents("for or orders")).toHaveLength(2);
  expect(await contents("Vec or List -<Customer>")).toEqual([vec]);
  expect(await contents("names -Vec<String>")).toEqual([]);
  expect(await contents("names -Vec<Number>")).toEqual([vec]);
  expect(await contents("see -https://example.org/find?color=teal")).toEqual([]);
  expect(await contents("see -https://example.org/other")).toEqual([link]);
});

test("a snippet shows the signs of its message and nothing in their place", async () => {
  const marked = async (q: string) => {
    const [match] = await find(ada, q);
    const parts = match?.highlights.map(({ start, end }) => [...match.snippet].slice(start, end).join(""));
    return [match?.snippet, parts];
  };
  expect(await marked("Vec<String>")).toEqual([vec, ["Vec", "String"]]);
  expect(await marked("stop b")).toEqual([comparison, ["b", "stop"]]);
  expect(await marked("section")).toEqual([closing, ["section"]]);
  await scene.rows(`insert into messages (id, owner_id, conversation_id, position, role, content)
    values ('${newId()}', '${ada.id}', '${ada.conversationId}', 100, 'user', E'an \\x01odd\\x02 <marmot>')`);
  expect(await marked("marmot")).toEqual(["an \x01odd\x02 <marmot>", ["marmot"]]);
});

test("titles, notes, similar texts and remembered words are read the same way", async () => {
  await scene.rows(`update conversations set title = 'About Option<Widget>' where owner_id = '${ada.id}'`);
  const conversations = (who: Person) =>
    searchConversations(scene.database, who.id, { q: "option widget", limit: 5 });
  expect(await conversations(ada)).toHaveLength(1);
  expect(await conversations(eve)).toEqual([]);

  const content = `Result<Gadget> ${"and so on, and on ".repeat(200)}`;
  await createNote(scene.database, { ownerId: ada.id, noteId: newId(), title: null, content, tags: [] });
  const notes = (who: Person) =>
    searchNotes(scene.database, who.id, { query: "<gadget>", without: [], limit: 5 });
  expect((await notes(ada))[0]?.content).toContain("Result<Gadget>");
  expect(await notes(eve)).toEqual([]);

  const similar = await findSimilarMessages(scene.database, eve.id, {
    q: "a customer",
    k: 1,
    embedding: undefined,
  });
  expect(similar.found.map(({ row }) => [row.ownerId, row.content])).toEqual([[eve.id, list]]);

  await rememberWords(scene.database, 1_000, 0);
  const words = await scene.rows<{ owner_id: string }>(
    "select owner_id from search_words where word = 'customer'",
  );
  expect(words.map((row) => row.owner_id).sort()).toEqual([ada.id, eve.id].sort());
});
