import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findUnembedded, listMissingEmbeddings, storeEmbeddings } from "./embeddings.ts";
import { newId } from "./ids.ts";
import { createNote, updateNote } from "./notes.ts";
import { findSimilarMessages, findSimilarNotes } from "./similar.ts";
import { findByVector } from "./similar-by-vector.ts";
import { openScene, type Person, type Scene } from "./testing/scene.fixture.ts";
import {
  addMessage,
  addOwner,
  openVectorDatabase,
  type VectorDatabase,
} from "./testing/vector-database.fixture.ts";

const target = { kind: "message", model: "test", dimensions: 3 } as const;
const embedding = (...vector: number[]) => ({ model: "test", vector });

describe("with pgvector", () => {
  let vectors: VectorDatabase;
  const [ada, eve] = [newId(), newId()];
  beforeAll(async () => {
    vectors = await openVectorDatabase(3);
    await addOwner(vectors, ada);
    await addOwner(vectors, eve);
    for (const owner of [ada, eve]) {
      await addMessage(vectors, owner, `${owner}-cat`, `A cat of ${owner}`);
      await addMessage(vectors, owner, `${owner}-car`, `A car of ${owner}`);
    }
  });
  afterAll(() => vectors.close());

  async function embed(kind: "message" | "note", items: { ownerId: string; id: string }[], vector: number[]) {
    const texts = (await findUnembedded(vectors.database, { ...target, kind }, items)) ?? [];
    return storeEmbeddings(
      vectors.database,
      { ...target, kind },
      texts.map((text) => ({ ...text, vector })),
    );
  }
  const similar = (owner: string, vector: number[], k = 5) =>
    findSimilarMessages(vectors.database, owner, { q: "cat", k, embedding: embedding(...vector) });

  test("an owner without embeddings is answered by words", async () => {
    const { ranking, found } = await similar(ada, [1, 0, 0]);
    expect(ranking).toBe("lexical");
    expect(found.map(({ row }) => row.id)).toEqual([`${ada}-cat`]);
  });

  test("what lacks an embedding is found once, page by page", async () => {
    const first = await listMissingEmbeddings(vectors.database, target, { limit: 3, sinceSeconds: 60 });
    expect(first).toHaveLength(3);
    const rest = await listMissingEmbeddings(vectors.database, target, { limit: 3, after: first[2] });
    expect(rest).toHaveLength(1);
    for (const owner of [ada, eve]) {
      expect(await embed("message", [{ ownerId: owner, id: `${owner}-cat` }], [1, 0, 0])).toBe(1);
      expect(await embed("message", [{ ownerId: owner, id: `${owner}-car` }], [0, 1, 0])).toBe(1);
    }
    expect(await listMissingEmbeddings(vectors.database, target, { limit: 3 })).toEqual([]);
    const other = { ...target, model: "newer" };
    expect(await listMissingEmbeddings(vectors.database, other, { limit: 9 })).toHaveLength(4);
  });

  test("the nearest of the owner's own, with their likeness", async () => {
    const { ranking, found } = await similar(ada, [0.9, 0.1, 0]);
    expect(ranking).toBe("semantic");
    expect(found.map(({ row }) => [row.id, row.ownerId])).toEqual([
      [`${ada}-cat`, ada],
      [`${ada}-car`, ada],
    ]);
    expect(found[0]?.score).toBeCloseTo(0.9939, 3);
    expect((await similar(ada, [0, 1, 0], 1)).found.map(({ row }) => row.id)).toEqual([`${ada}-car`]);
  });

  test("deleted messages and those of deleted conversations are not found", async () => {
    await vectors.rows(`update messages set is_deleted = true where id = '${ada}-cat'`);
    expect((await similar(ada, [1, 0, 0])).found.map(({ row }) => row.id)).toEqual([`${ada}-car`]);
    await vectors.rows(`update conversations set deleted_at = now() where owner_id = '${ada}'`);
    expect((await similar(ada, [1, 0, 0])).found).toEqual([]);
    await vectors.rows(`update conversations set deleted_at = null where owner_id = '${ada}'`);
    await vectors.rows(`update messages set is_deleted = false where id = '${ada}-cat'`);
  });

  test("an edit forgets the embedding, and one of the earlier text is not kept", async () => {
    const items = [{ ownerId: eve, id: `${eve}-cat` }];
    await vectors.rows(`update messages set content = 'A dog' where id = '${eve}-cat'`);
    const texts = (await findUnembedded(vectors.database, target, items)) ?? [];
    expect(texts).toMatchObject([{ text: "A dog" }]);
    await vectors.rows(`update messages set content = 'A bird' where id = '${eve}-cat'`);
    const rows = texts.map((text) => ({ ...text, vector: [1, 0, 0] }));
    expect(await storeEmbeddings(vectors.database, target, rows)).toBe(0);
    expect(await embed("message", items, [0, 0, 1])).toBe(1);
  });

  test("many texts of one owner are read from the index, which reads on past another owner's", async () => {
    await vectors.rows(`insert into messages (id, owner_id, conversation_id, position, role, content)
      select 'many' || i, '${eve}', '${eve}', 100 + i, 'user', 'text ' || i from generate_series(1, 300) as i`);
    await vectors.rows(`insert into message_embeddings (owner_id, id, model, dimensions, embedding)
      select owner_id, id, 'test', 3, '[1, 0, 0.01]' from messages where id like 'many%'`);
    await vectors.rows("analyze");
    const question = { kind: "message", ownerId: ada, k: 2, embedding: embedding(1, 0, 0), few: 1 } as const;
    const found = await vectors.database.run(({ orm }) => findByVector(orm, question));
    expect(found?.map(({ message }) => message?.id)).toEqual([`${ada}-cat`, `${ada}-car`]);
    const plan = await vectors.rows<Record<string, string>>(`explain select id from message_embeddings
      where owner_id = '${eve}' and model = 'test' and dimensions = 3
      order by embedding::vector(3) <=> '[1,0,0]'::vector(3) limit 2`);
    expect(JSON.stringify(plan)).toContain("message_embeddings_3");
  });

  test("notes likewise", async () => {
    for (const owner of [ada, eve]) {
      const noteId = `${owner}-note`;
      await createNote(vectors.database, { ownerId: owner, noteId, title: "Pets", content: "Feed the cat." });
      expect(await embed("note", [{ ownerId: owner, id: noteId }], [1, 0, 0])).toBe(1);
    }
    const question = { q: "x", k: 5, embedding: embedding(1, 0, 0) };
    const { ranking, found } = await findSimilarNotes(vectors.database, ada, question);
    expect([ranking, found.map(({ row, score }) => [row.id, score])]).toEqual([
      "semantic",
      [[`${ada}-note`, 1]],
    ]);
    await updateNote(vectors.database, ada, `${ada}-note`, { content: "Feed the dog." }, undefined);
    expect((await findSimilarNotes(vectors.database, ada, question)).ranking).toBe("lexical");
  });

  test("nothing of a deleted account stays", async () => {
    await vectors.rows(`delete from users where id = '${eve}'`);
    expect(await vectors.rows(`select from message_embeddings where owner_id = '${eve}'`)).toEqual([]);
  });
});

describe("without pgvector", () => {
  let scene: Scene;
  let ada: Person;
  let eve: Person;
  beforeAll(async () => {
    scene = await openScene();
    [ada, eve] = [await scene.person(), await scene.person()];
  });
  afterAll(() => scene.close());

  test("messages are ranked by the words that they share, the owner's own only", async () => {
    for (const content of ["Water the tomatoes twice a week", "Tomatoes are red", "Nothing of that kind"]) {
      await ada.send({ content });
    }
    await eve.send({ content: "Water the tomatoes twice" });
    const question = { q: "how often to water tomatos", k: 2, embedding: embedding(1, 0, 0) };
    const { ranking, found } = await findSimilarMessages(scene.database, ada.id, question);
    expect(ranking).toBe("lexical");
    expect(found.map(({ row }) => row.content)).toEqual([
      "Water the tomatoes twice a week",
      "Tomatoes are red",
    ]);
    expect(found[0]?.score).toBeGreaterThan(found[1]?.score ?? 1);
    expect((await findSimilarMessages(scene.database, ada.id, { ...question, q: "?!" })).found).toEqual([]);
  });

  test("notes likewise", async () => {
    for (const [owner, title] of [
      [ada, "Mine"],
      [eve, "Hers"],
    ] as const) {
      await createNote(scene.database, {
        ownerId: owner.id,
        noteId: newId(),
        title,
        content: "Water on Mondays",
      });
    }
    const { ranking, found } = await findSimilarNotes(scene.database, ada.id, {
      q: "watr",
      k: 5,
      embedding: undefined,
    });
    expect([ranking, found.map(({ row }) => row.title)]).toEqual(["lexical", ["Mine"]]);
  });

  test("there is nothing to embed", async () => {
    expect(await findUnembedded(scene.database, target, [{ ownerId: ada.id, id: "x" }])).toBeUndefined();
    expect(await listMissingEmbeddings(scene.database, target, { limit: 5 })).toEqual([]);
  });
});
