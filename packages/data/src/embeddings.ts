import { type SQL, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import type { Orm } from "./prepared.ts";

export type EmbeddableKind = "message" | "note";

/** Which texts, and what they are turned into. */
export interface EmbeddingTarget {
  kind: EmbeddableKind;
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

// Both tables are made by `prepare_search`, where the server has pgvector; the views are always there.
export const embeddingTables = {
  message: sql.raw("message_embeddings"),
  note: sql.raw("note_embeddings"),
};
const embeddableViews = { message: sql.raw("embeddable_message"), note: sql.raw("embeddable_note") };

export async function hasVectors(orm: Orm): Promise<boolean> {
  const [row] = await orm.execute<{ has: boolean }>(
    sql`select to_regclass('message_embeddings') is not null as has`,
  );
  return row?.has === true;
}

/** Of a row of `embeddable`, that it has no embedding of this kind. */
function lacksEmbedding({ kind, model, dimensions }: EmbeddingTarget): SQL {
  return sql`not exists (select from ${embeddingTables[kind]} as kept where kept.owner_id = embeddable.owner_id
    and kept.id = embeddable.id and kept.model = ${model} and kept.dimensions = ${dimensions})`;
}

/** Those of the items that still lack an embedding, with their text; undefined where the server has no vectors. */
export async function findUnembedded(
  database: Database,
  target: EmbeddingTarget,
  items: readonly EmbeddableItem[],
): Promise<EmbeddableText[] | undefined> {
  const unembedded = sql`
    select owner_id as "ownerId", id, text, md5(text) as hash
    from ${embeddableViews[target.kind]} as embeddable
    where (owner_id, id) in (select "ownerId", id
        from jsonb_to_recordset(${JSON.stringify(items)}::text::jsonb) as item ("ownerId" text, id text))
      and ${lacksEmbedding(target)}`;
  return database.run(async ({ orm }) =>
    (await hasVectors(orm))
      ? [...(await orm.execute<EmbeddableText & Record<string, unknown>>(unembedded))]
      : undefined,
  );
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
  { limit, after, sinceSeconds }: Missing,
): Promise<EmbeddableItem[]> {
  const conditions = [
    lacksEmbedding(target),
    ...(after ? [sql`(owner_id, id) > (${after.ownerId}, ${after.id})`] : []),
    ...(sinceSeconds === undefined
      ? []
      : [sql`created_at > now() - make_interval(secs => ${sinceSeconds}::double precision)`]),
  ];
  const missing = sql`select owner_id as "ownerId", id from ${embeddableViews[target.kind]} as embeddable
    where ${sql.join(conditions, sql` and `)} order by owner_id, id limit ${limit}`;
  return database.run(async ({ orm }) =>
    (await hasVectors(orm))
      ? [...(await orm.execute<EmbeddableItem & Record<string, unknown>>(missing))]
      : [],
  );
}

/** As pgvector reads it. */
export function vectorText(vector: readonly number[]): string {
  return `[${vector.join(",")}]`;
}

/** Keeps the embeddings of texts that have not changed since they were read. Answers how many. */
export async function storeEmbeddings(
  database: Database,
  { kind, model, dimensions }: EmbeddingTarget,
  rows: readonly (EmbeddableText & { vector: readonly number[] })[],
): Promise<number> {
  const given = rows.map(({ ownerId, id, hash, vector }) => ({
    ...{ owner_id: ownerId, id, hash },
    embedding: vectorText(vector),
  }));
  // The lock makes an edit under way wait, and then forget what is stored here.
  const store = sql`
    with given as (
      select * from jsonb_to_recordset(${JSON.stringify(given)}::text::jsonb)
        as item (owner_id text, id text, hash text, embedding text)),
    locked as (
      select given.*, md5(embeddable.text) as present
      from ${embeddableViews[kind]} as embeddable join given using (owner_id, id)
      order by embeddable.owner_id, embeddable.id for share of embeddable)
    insert into ${embeddingTables[kind]} as kept (owner_id, id, model, dimensions, embedding)
    select owner_id, id, ${model}, ${dimensions}, embedding::vector from locked where hash = present
    on conflict (owner_id, id) do update set model = excluded.model, dimensions = excluded.dimensions,
      embedding = excluded.embedding, updated_at = now()
    returning kept.id`;
  const stored = await database.run(({ orm }) => orm.execute(store));
  return stored.length;
}
