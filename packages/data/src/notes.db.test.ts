import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "./database.ts";
import { newId } from "./ids.ts";
import { maxPinnedNotes, pinNote, unpinNote } from "./note-pins.ts";
import { searchNotes } from "./note-search.ts";
import { countNotes, createNote, deleteNote, getNote, listNotes, type NewNote, updateNote } from "./notes.ts";
import { claimReply } from "./reply-jobs.ts";
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

async function note(owner: Person, change: Partial<NewNote> = {}): Promise<string> {
  const noteId = newId();
  await createNote(scene.database, { ownerId: owner.id, noteId, content: "Water the tomatoes.", ...change });
  return noteId;
}

function pin(owner: Person, noteId: string, conversationId = owner.conversationId) {
  return { ownerId: owner.id, conversationId, noteId };
}

function find(owner: Person, query: string, without: string[] = []) {
  return searchNotes(scene.database, owner.id, { query, without, limit: 5 });
}

test("a note is its owner's alone", async () => {
  const id = await note(ada, { title: "Garden", tags: ["home"] });
  expect(await getNote(scene.database, ada.id, id)).toMatchObject({
    title: "Garden",
    tags: ["home"],
    version: 1,
  });
  expect(await getNote(scene.database, eve.id, id)).toBeUndefined();
  expect(await updateNote(scene.database, eve.id, id, { title: "Mine" }, undefined)).toBeUndefined();
  expect(await deleteNote(scene.database, eve.id, id, undefined)).toBe(false);
  expect(await updateNote(scene.database, ada.id, id, { tags: ["a", "b"] }, 2)).toBeUndefined();
  expect(await updateNote(scene.database, ada.id, id, { tags: ["a", "b"] }, 1)).toMatchObject({
    title: "Garden",
    tags: ["a", "b"],
    version: 2,
  });
  expect(await deleteNote(scene.database, ada.id, id, 1)).toBe(false);
  expect(await deleteNote(scene.database, ada.id, id, 2)).toBe(true);
});

test("lists filter by text, tag and pin, and page without gaps", async () => {
  const person = await scene.person();
  const made: string[] = [];
  for (const tags of [["x"], ["x", "y"], ["y"]]) made.push(await note(person, { tags, content: "50%_off" }));
  await note(eve, { tags: ["x"], content: "50%_off" });
  const ids = async (filter: object) =>
    (await listNotes(scene.database, person.id, { order: "asc", limit: 10, ...filter })).map(({ id }) => id);
  expect(await ids({ tag: "x" })).toEqual(made.slice(0, 2));
  expect(await ids({ q: "%_OFF" })).toEqual(made);
  expect(await ids({ q: "50%off" })).toEqual([]);
  await pinNote(scene.database, pin(person, made[1] ?? ""));
  expect(await ids({ pinnedTo: person.conversationId })).toEqual([made[1]]);
  expect(await ids({ pinnedTo: eve.conversationId })).toEqual([]);
  const [first] = await listNotes(scene.database, person.id, { order: "desc", limit: 1 });
  const after = { key: first?.sortKey ?? "", id: first?.id ?? "" };
  const rest = await listNotes(scene.database, person.id, { order: "desc", limit: 5, after });
  expect(rest.map(({ id }) => id)).toEqual([made[1], made[0]]);
  expect(await countNotes(scene.database, person.id, { tag: "y" })).toBe(2);
});

test("pins join what belongs to one owner, once, and as many as allowed", async () => {
  const [mine, hers] = [await note(ada), await note(eve)];
  expect(await pinNote(scene.database, pin(ada, hers))).toBe("not_found");
  expect(await pinNote(scene.database, pin(ada, mine, eve.conversationId))).toBe("not_found");
  expect(await pinNote(scene.database, pin(ada, newId()))).toBe("not_found");
  expect(await pinNote(scene.database, pin(ada, mine))).toBe("pinned");
  expect(await pinNote(scene.database, pin(ada, mine))).toBe("pinned");
  const others = await Promise.all(Array.from({ length: maxPinnedNotes }, () => note(ada)));
  const outcomes = await Promise.all(
    others.map((id, at) => pinNote(at % 2 === 0 ? scene.database : other, pin(ada, id))),
  );
  expect(outcomes.filter((outcome) => outcome === "too_many")).toHaveLength(1);
  expect(await pinNote(scene.database, pin(ada, mine))).toBe("pinned");
  expect(await unpinNote(scene.database, pin(eve, mine))).toBe("not_found");
  expect(await unpinNote(scene.database, pin(ada, hers))).toBe("not_found");
  expect(await unpinNote(scene.database, pin(ada, mine))).toBe("unpinned");
  expect(await unpinNote(scene.database, pin(ada, mine))).toBe("unpinned");
});

test("a claim brings the pinned notes of its conversation, oldest pin first, in bounds", async () => {
  const person = await scene.person();
  const claimNotes = async (asking: Person) => {
    const claim = await claimReply(
      scene.database,
      asking.id,
      replyOf(await asking.send({ onBusy: "interrupt" })).id,
    );
    return claim.outcome === "claimed" ? claim.notes : undefined;
  };
  expect(await claimNotes(person)).toEqual({ hasNotes: false, pinned: [] });
  const [long, short] = [
    await note(person, { content: "ä".repeat(32_000) }),
    await note(person, { title: "S" }),
  ];
  await pinNote(scene.database, pin(person, long));
  // One is not pinned yet: there is something to find.
  expect(await claimNotes(person)).toMatchObject({ hasNotes: true, pinned: [{ id: long }] });
  await pinNote(scene.database, pin(person, short));
  await pinNote(scene.database, pin(eve, await note(eve)));
  expect(await claimNotes(person)).toEqual({
    hasNotes: false,
    pinned: [
      { id: long, title: null, tags: [], content: "ä".repeat(32_000), isCut: false },
      { id: short, title: "S", tags: [], content: "", isCut: true },
    ],
  });
  await deleteNote(scene.database, person.id, long, undefined);
  expect(await claimNotes(person)).toMatchObject({ pinned: [{ id: short, content: "Water the tomatoes." }] });
});

test("a search finds the owner's notes by any word, best first, and reads no syntax", async () => {
  const person = await scene.person();
  const both = await note(person, { title: "Tomatoes", content: "Water them on Mondays." });
  const one = await note(person, { content: "Mondays are for meetings." });
  const long = await note(person, { content: `${"filler ".repeat(2_000)} treasure lies under the oak` });
  await note(eve, { content: "Water the tomatoes on Mondays. Treasure!" });
  expect((await find(person, "when to water tomato plants, monday?")).map(({ id }) => id)).toEqual([
    both,
    one,
  ]);
  expect((await find(person, "monday", [both])).map(({ id }) => id)).toEqual([one]);
  const [excerpt] = await find(person, "treasure");
  expect(excerpt).toMatchObject({ id: long, isCut: true, content: expect.stringContaining("under the oak") });
  expect(excerpt?.content.length).toBeLessThan(3_000);
  for (const wordless of ["", "   ", "& | ! ( :* '", "\\", "%_"]) {
    expect((await find(person, wordless)).map(({ id }) => id)).toEqual([long, one, both]);
  }
  for (const hostile of ["'; drop table nothing; --", "z' & 'q", "z | q", "x:*", "qq <-> rr", "!xx"]) {
    expect(await find(person, hostile)).toEqual([]);
  }
});
