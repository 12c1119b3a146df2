import type { Database } from "./database.ts";

/** Which texts, and what they are turned into. */
export interface EmbeddingTarget {
  kind: "message" | "note";
  model: string;
  dimensions: number;
}

export interface EmbeddableItem {
  ownerId: string;
  id: string;
}

export interface EmbeddableText extends EmbeddableItem {
  text: string;
  /** Of the text, so that an edit meanwhile is seen. */
  hash: string;
}

/** Those of the items that still lack an embedding, with their text; undefined where the server has no vectors. */
export async function findUnembedded(
  database: Database,
  target: EmbeddingTarget,
  items: readonly EmbeddableItem[],
): Promise<EmbeddableText[] | undefined> {
  const found = await database.run((connection) => connection.call("unembedded", { ...target, items }));
  return found ?? undefined;
}

export interface Missing {
  limit: number;
  /** Goes on behind this one; absent: from the first. */
  after?: EmbeddableItem | undefined;
  /** Only texts that are so new; absent: all. */
  sinceSeconds?: number | undefined;
}

/** The next texts that lack an embedding, of all owners; none where the server has no vectors. */
export async function listMissingEmbeddings(
  database: Database,
  target: EmbeddingTarget,
  page: Missing,
): Promise<EmbeddableItem[]> {
  return database.run((connection) => connection.call("missing_embeddings", { ...target, ...page }));
}

/** Keeps the embeddings of texts that have not changed since they were read. Answers how many. */
export async function storeEmbeddings(
  database: Database,
  target: EmbeddingTarget,
  rows: readonly (EmbeddableText & { vector: readonly number[] })[],
): Promise<number> {
  const { stored } = await database.run((connection) =>
    connection.call("store_embeddings", {
      ...target,
      rows: rows.map(({ ownerId, id, hash, vector }) => ({
        ownerId,
        id,
        hash,
        embedding: `[${vector.join(",")}]`,
      })),
    }),
  );
  return stored;
}
