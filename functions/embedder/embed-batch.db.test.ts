import { newId } from "@parley/data/ids";
import { createNote } from "@parley/data/notes";
import { findSimilarMessages } from "@parley/data/similar";
import { openScene } from "@parley/data/testing/scene.fixture";
import {
  addMessage,
  addOwner,
  openVectorDatabase,
  type VectorDatabase,
} from "@parley/data/testing/vector-database.fixture";
import type { Embedder } from "@parley/llm/embeddings";
import { LlmError } from "@parley/llm/errors";
import type { SQSRecord } from "aws-lambda";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { embedBatch } from "./embed-batch.ts";

let vectors: VectorDatabase;
let asked: string[];
let isDown: boolean;
const [ada, eve] = [newId(), newId()];

/** Cats point one way, everything else another. */
const embedder: Embedder = {
  model: "test",
  dimensions: 2,
  async embed(texts) {
    asked.push(...texts);
    if (isDown) throw new LlmError("provider_unavailable", "down", { retryable: true });
    return texts.map((text) => (text.includes("cat") ? [1, 0] : [0, 1]));
  },
};

beforeAll(async () => {
  vectors = await openVectorDatabase(2);
  for (const owner of [ada, eve]) await addOwner(vectors, owner);
});
afterAll(() => vectors.close());
beforeEach(() => {
  asked = [];
  isDown = false;
});

function record(messageId: string, job: object | string): SQSRecord {
  return { messageId, body: typeof job === "string" ? job : JSON.stringify(job) } as SQSRecord;
}
const job = (kind: string, ...items: [string, string][]) => ({
  kind,
  items: items.map(([ownerId, id]) => ({ ownerId, id })),
});
const run = (records: SQSRecord[]) => embedBatch({ database: vectors.database, embedder }, records);

test("the texts of all jobs are embedded together, once, and found by meaning by their owner", async () => {
  await addMessage(vectors, ada, "m1", "A cat sleeps");
  await addMessage(vectors, ada, "m2", "Rain");
  await addMessage(vectors, eve, "m1", "The cat of Eve");
  const jobs = [
    record("1", job("message", [ada, "m1"], [ada, "m2"])),
    record("2", job("message", [eve, "m1"])),
  ];
  expect(await run(jobs)).toEqual({ batchItemFailures: [] });
  expect(asked.sort()).toEqual(["A cat sleeps", "Rain", "The cat of Eve"]);
  expect(await run(jobs)).toEqual({ batchItemFailures: [] });
  expect(asked).toHaveLength(3);
  const question = { q: "pets", k: 1, embedding: { model: "test", vector: [1, 0] } };
  const { ranking, found } = await findSimilarMessages(vectors.database, ada, question);
  expect([ranking, found.map(({ row }) => row.content)]).toEqual(["semantic", ["A cat sleeps"]]);
});

test("a provider that is down fails only the jobs that needed it", async () => {
  isDown = true;
  await createNote(vectors.database, { ownerId: ada, noteId: "n1", content: "cat food" });
  const jobs = [record("1", job("message", [ada, "m1"])), record("2", job("note", [ada, "n1"]))];
  expect(await run(jobs)).toEqual({ batchItemFailures: [{ itemIdentifier: "2" }] });
  isDown = false;
  expect(await run(jobs)).toEqual({ batchItemFailures: [] });
});

test("what is deleted, unknown or no job is let go", async () => {
  await addMessage(vectors, ada, "m3", "gone");
  await vectors.rows(`update messages set is_deleted = true where id = 'm3'`);
  const jobs = [
    record("1", job("message", [ada, "m3"], [ada, "none"])),
    record("2", "nonsense"),
    record("3", {}),
  ];
  expect(await run(jobs)).toEqual({ batchItemFailures: [] });
  expect(asked).toEqual([]);
});

test("without pgvector, or without a provider, nothing is asked", async () => {
  const scene = await openScene();
  const person = await scene.person();
  const sent = await person.send();
  if (!("message" in sent)) throw new Error(sent.outcome);
  const jobs = [record("1", job("message", [person.id, sent.message.id]))];
  expect(await embedBatch({ database: scene.database, embedder }, jobs)).toEqual({ batchItemFailures: [] });
  expect(await embedBatch({ database: vectors.database, embedder: undefined }, jobs)).toEqual({
    batchItemFailures: [],
  });
  expect(asked).toEqual([]);
  await scene.close();
});
