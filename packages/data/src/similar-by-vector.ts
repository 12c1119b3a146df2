import { sql } from "drizzle-orm";
import { type EmbeddableKind, embeddingTables, hasVectors, vectorText } from "./embeddings.ts";
import type { JsonRow } from "./json-row.ts";
import type { Orm, Transaction } from "./prepared.ts";

/** A text as a model sees it. */
export interface Embedding {
  model: string;
  vector: readonly number[];
}

/** A row of the kind that was asked for. */
export interface SimilarRow {
  score: number;
  message?: JsonRow;
  note?: JsonRow;
}

export interface SimilarByVector {
  kind: EmbeddableKind;
  ownerId: string;
  k: number;
  embedding: Embedding;
  /** Texts up to which all are compared, without the index. */
  few?: number;
}

const rowTables = { message: sql.raw("messages"), note: sql.raw("notes") };

/** What is left out of a kind although it is embedded. */
const findable = {
  message: sql`and row.is_active and not row.is_deleted
    join conversations as conversation on conversation.owner_id = row.owner_id
      and conversation.id = row.conversation_id and conversation.deleted_at is null`,
  note: sql``,
};

async function readNearest(
  orm: Orm | Transaction,
  { kind, ownerId, k, embedding: { model, vector } }: SimilarByVector,
  isIndexed: boolean,
): Promise<SimilarRow[]> {
  // Written into the query: the index is of vectors of this length.
  const dimensions = sql.raw(String(vector.length));
  const near = sql`
    select kept.id, (kept.embedding::vector(${dimensions}) <=> ${vectorText(vector)}::vector(${dimensions}))
      ${sql.raw(isIndexed ? "" : "+ 0")} as distance
    from ${embeddingTables[kind]} as kept
    join ${rowTables[kind]} as row on row.owner_id = kept.owner_id and row.id = kept.id ${findable[kind]}
    where kept.owner_id = ${ownerId} and kept.model = ${model} and kept.dimensions = ${dimensions}
    order by distance limit ${k}`;
  return [
    ...(await orm.execute<SimilarRow & Record<string, unknown>>(sql`
      select to_jsonb(row) - 'words' as ${sql.identifier(kind)},
        round((1 - near.distance)::numeric, 4)::double precision as score
      from (${near}) as near
      join ${rowTables[kind]} as row on row.owner_id = ${ownerId} and row.id = near.id
      order by near.distance, row.id`)),
  ];
}

/**
 * The nearest of the owner's texts; undefined where the server has no vectors or the owner no embeddings of this model.
 * An owner's few texts are compared one by one, exactly, and not by the index of all owners.
 */
export async function findByVector(orm: Orm, question: SimilarByVector): Promise<SimilarRow[] | undefined> {
  const { kind, ownerId, k, embedding, few = 5000 } = question;
  if (!(await hasVectors(orm))) return undefined;
  const [counted] = await orm.execute<{ embedded: number }>(sql`
    select count(*)::integer as embedded from (select from ${embeddingTables[kind]} where owner_id = ${ownerId}
      and model = ${embedding.model} and dimensions = ${embedding.vector.length} limit ${few + 1}) as counted`);
  const embedded = counted?.embedded ?? 0;
  if (embedded === 0) return undefined;
  if (embedded > few) {
    const found = await orm.transaction(async (transaction) => {
      // The index is read on until k rows of this owner have come.
      await transaction.execute(
        sql`select set_config('hnsw.iterative_scan', 'strict_order', true), set_config('hnsw.max_scan_tuples', '40000', true)`,
      );
      return readNearest(transaction, question, true);
    });
    if (found.length >= k) return found;
  }
  return readNearest(orm, question, false);
}
