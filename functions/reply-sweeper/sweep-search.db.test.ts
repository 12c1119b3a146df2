import { newId } from "@parley/data/ids";
import { searchMessages } from "@parley/data/search";
import { openScene } from "@parley/data/testing/scene.fixture";
import { addOwner, openVectorDatabase } from "@parley/data/testing/vector-database.fixture";
import type { EmbeddingJob } from "@parley/jobs/embedding-job";
import { expect, test } from "vitest";
import { sweepSearch } from "./sweep-search.ts";

const target = { model: "test", dimensions: 2 };

test("words that no search looks through any more are remembered, each owner's own", async () => {
  const { database, person, rows, close } = await openScene();
  const [ada, eve] = [await person(), await person()];
  for (const who of [ada, eve]) await who.send({ content: "An armadillo" });
  // Old enough that whatever was committed beside it is visible.
  await rows("update messages set created_at = now() - interval '1 hour'");
  const swept = { rememberedMessages: 2, unembedded: 0 };
  expect(await sweepSearch({ database, embeddings: undefined, ...target })).toEqual(swept);
  expect(await sweepSearch({ database, embeddings: undefined, ...target })).toEqual({
    ...swept,
    rememberedMessages: 0,
  });
  // Newer ones push it out of what searches look through themselves.
  await rows(`insert into messages (id, owner_id, conversation_id, position, role, content)
    select 'new' || i, '${ada.id}', '${ada.conversationId}', 100 + i, 'user', 'filler' from generate_series(1, 2100) as i`);
  const found = await searchMessages(database, ada.id, { q: "armadilo", limit: 5 });
  expect(found.map(({ message }) => [message.ownerId, message.content])).toEqual([[ada.id, "An armadillo"]]);
  await rows(`delete from users where id = '${eve.id}'`);
  const words = await rows<{ owner_id: string }>(
    "select owner_id from search_words where word = 'armadillo'",
  );
  expect(words).toEqual([{ owner_id: ada.id }]);
  await close();
});

test("jobs are sent for what lacks an embedding, until the queue refuses", async () => {
  const vectors = await openVectorDatabase(2);
  const [ada, eve] = [newId(), newId()];
  for (const owner of [ada, eve]) {
    await addOwner(vectors, owner);
    await vectors.rows(`insert into messages (id, owner_id, conversation_id, position, role, content)
      select 'm' || i, '${owner}', '${owner}', i, 'user', 'text' from generate_series(1, 30) as i`);
  }
  const jobs: EmbeddingJob[] = [];
  const enqueue = async (job: EmbeddingJob) => jobs.push(job) > 0;
  const { database } = vectors;
  const { unembedded } = await sweepSearch({ database, embeddings: { enqueue }, ...target });
  expect(unembedded).toBe(60);
  expect(jobs.map(({ items }) => items.length)).toEqual([50, 10]);
  expect(new Set(jobs.flatMap(({ items }) => items.map(({ ownerId, id }) => ownerId + id))).size).toBe(60);
  const refusing = { enqueue: async () => false };
  expect((await sweepSearch({ database, embeddings: refusing, ...target })).unembedded).toBe(0);
  await vectors.close();
});
