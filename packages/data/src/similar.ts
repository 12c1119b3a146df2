import type { Database } from "./database.ts";
import { type JsonRow, rowFromJson } from "./json-row.ts";
import type { MessageRow } from "./messages.ts";
import type { NoteRow } from "./notes.ts";
import { messages } from "./schema/messages.ts";
import { notes } from "./schema/notes.ts";

/** A text as a model sees it. */
export interface Embedding {
  model: string;
  vector: readonly number[];
}

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

type Kind = "message" | "note";
type Found<K extends Kind> = ({ score: number } & Record<K, JsonRow>)[];

const lexical = { message: "lexically_similar_messages", note: "lexically_similar_notes" } as const;

async function findSimilar<K extends Kind>(
  database: Database,
  ownerId: string,
  kind: K,
  { q, k, embedding }: Question,
): Promise<{ ranking: Similar<unknown>["ranking"]; found: Found<K> }> {
  return database.run(async (connection) => {
    const near =
      embedding &&
      (await connection.call<Found<K> | null>("similar_by_vector", {
        kind,
        ownerId,
        k,
        model: embedding.model,
        dimensions: embedding.vector.length,
        embedding: `[${embedding.vector.join(",")}]`,
      }));
    if (near) return { ranking: "semantic", found: near };
    return { ranking: "lexical", found: await connection.call<Found<K>>(lexical[kind], { ownerId, q, k }) };
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
    found: found.map(({ message, score }) => ({ row: rowFromJson(messages, message), score })),
  };
}

/** The same of the owner's notes. */
export async function findSimilarNotes(
  database: Database,
  ownerId: string,
  question: Question,
): Promise<Similar<NoteRow>> {
  const { ranking, found } = await findSimilar(database, ownerId, "note", question);
  return { ranking, found: found.map(({ note, score }) => ({ row: rowFromJson(notes, note), score })) };
}
