import type { Database } from "./database.ts";
import type { EmbeddableKind } from "./embeddings.ts";
import { rowFromJson } from "./json-row.ts";
import type { MessageRow } from "./messages.ts";
import type { NoteRow } from "./notes.ts";
import { messages } from "./schema/messages.ts";
import { notes } from "./schema/notes.ts";
import { type Embedding, findByVector, type SimilarRow } from "./similar-by-vector.ts";

export interface Similar<Row> {
  ranking: "semantic" | "lexical";
  found: { row: Row; score: number }[];
}

interface Question {
  q: string;
  k: number;
  /** Of `q`; undefined where there is no provider, or none that answers. */
  embedding: Embedding | undefined;
}

export interface SimilarByWords {
  ownerId: string;
  q: string;
  k: number;
}

const lexical = { message: "lexically_similar_messages", note: "lexically_similar_notes" } as const;

async function findSimilar(
  database: Database,
  ownerId: string,
  kind: EmbeddableKind,
  { q, k, embedding }: Question,
): Promise<{ ranking: Similar<unknown>["ranking"]; found: SimilarRow[] }> {
  return database.run(async (connection) => {
    const near = embedding && (await findByVector(connection.orm, { kind, ownerId, k, embedding }));
    if (near) return { ranking: "semantic", found: near };
    return { ranking: "lexical", found: await connection.call(lexical[kind], { ownerId, q, k }) };
  });
}

/**
 * The `k` of the owner's messages most like a text: by meaning where the server has vectors and the owner has
 * embedded messages, else by words.
 */
export async function findSimilarMessages(
  database: Database,
  ownerId: string,
  question: Question,
): Promise<Similar<MessageRow>> {
  const { ranking, found } = await findSimilar(database, ownerId, "message", question);
  return {
    ranking,
    found: found.map(({ message = {}, score }) => ({ row: rowFromJson(messages, message), score })),
  };
}

/** The same of the owner's notes. */
export async function findSimilarNotes(
  database: Database,
  ownerId: string,
  question: Question,
): Promise<Similar<NoteRow>> {
  const { ranking, found } = await findSimilar(database, ownerId, "note", question);
  return { ranking, found: found.map(({ note = {}, score }) => ({ row: rowFromJson(notes, note), score })) };
}
