import { and, asc, eq, isNotNull, type SQL, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import type { ErasedTable } from "./owned-tables.ts";
import type { Transaction } from "./prepared.ts";
import { messages } from "./schema/messages.ts";
import { tokenLedger } from "./schema/tokens.ts";
import { type AccountDeletion, users } from "./schema/users.ts";

/** Rows by table. */
export type ErasedCounts = Readonly<Record<string, number>>;

/** The user of an account whose deletion was begun. */
export function leaving(ownerId: string): SQL | undefined {
  return and(eq(users.id, ownerId), isNotNull(users.deletion));
}

export interface ErasedBatch {
  /** How many rows are gone; 0: the table has no more of this owner's. */
  count: number;
  /** Of conversations. */
  ids: string[];
  /** By now, all batches together. */
  erased: ErasedCounts;
}

/**
 * Erases up to `limit` rows of an account that is leaving; of the ledger the entries stay, under a pseudonym.
 * Undefined when no deletion is under way (any more).
 */
export async function eraseRows(
  database: Database,
  ownerId: string,
  table: ErasedTable,
  limit: number,
): Promise<ErasedBatch | undefined> {
  return database.run(({ orm }) =>
    orm.transaction(async (transaction) => {
      // Statistics may say that the table is small, or mostly this owner's.
      await transaction.execute(sql`set local enable_seqscan = off`);
      const [user] = await transaction.select().from(users).where(leaving(ownerId));
      const deletion = user?.deletion;
      if (!deletion) return undefined;
      const { count, ids } = await eraseSome(transaction, table, ownerId, deletion, limit);
      if (count === 0) return { count, ids, erased: deletion.erased };
      const [changed] = await transaction
        .update(users)
        .set({
          deletion: sql`jsonb_set(deletion, array['erased', ${table}::text],
            to_jsonb(coalesce((deletion->'erased'->>${table}::text)::bigint, 0) + ${count}::bigint))`,
        })
        .where(eq(users.id, ownerId))
        .returning({ deletion: users.deletion });
      return { count, ids, erased: changed?.deletion?.erased ?? {} };
    }),
  );
}

type Erased = Pick<ErasedBatch, "count" | "ids">;

async function eraseSome(
  transaction: Transaction,
  table: ErasedTable,
  ownerId: string,
  deletion: AccountDeletion,
  limit: number,
): Promise<Erased> {
  switch (table) {
    case "token_ledger":
      return { count: await pseudonymiseLedger(transaction, ownerId, deletion, limit), ids: [] };
    case "messages":
      return { count: await eraseMessages(transaction, ownerId, limit), ids: [] };
    case "conversations": {
      const ids = await eraseFrom(transaction, table, ownerId, limit, sql`id`);
      return { count: ids.length, ids };
    }
    default:
      return { count: (await eraseFrom(transaction, table, ownerId, limit, sql`null`)).length, ids: [] };
  }
}

/** Answers a value for each erased row. */
async function eraseFrom(
  transaction: Transaction,
  table: ErasedTable,
  ownerId: string,
  limit: number,
  returned: SQL,
): Promise<string[]> {
  const [present] = await transaction.execute<{ name: string | null }>(
    sql`select to_regclass(${table})::text as name`,
  );
  // A server without vectors has no embeddings.
  if (!present?.name) return [];
  const name = sql.identifier(table);
  const gone = await transaction.execute<{ value: string }>(
    sql`delete from ${name} where owner_id = ${ownerId} and ctid = any (array(
      select ctid from ${name} where owner_id = ${ownerId} limit ${limit})) returning ${returned} as value`,
  );
  return gone.map(({ value }) => value);
}

async function eraseMessages(transaction: Transaction, ownerId: string, limit: number): Promise<number> {
  const own = eq(messages.ownerId, ownerId);
  const batch = await transaction
    .select({ id: messages.id })
    .from(messages)
    .where(own)
    .orderBy(asc(messages.id))
    .limit(limit);
  if (batch.length === 0) return 0;
  const ids = sql`array(select jsonb_array_elements_text(${JSON.stringify(batch.map(({ id }) => id))}::text::jsonb))`;
  // What stays for now may refer to what goes.
  await transaction
    .update(messages)
    .set({ replyTo: null })
    .where(and(own, sql`${messages.replyTo} = any (${ids})`, sql`${messages.id} <> all (${ids})`));
  const gone = await transaction
    .delete(messages)
    .where(and(own, sql`${messages.id} = any (${ids})`))
    .returning({ id: messages.id });
  return gone.length;
}

/** The amounts stay; nothing says whose they were. Answers how many entries were changed. */
export async function pseudonymiseLedger(
  transaction: Transaction,
  ownerId: string,
  { pseudonym }: AccountDeletion,
  limit?: number,
): Promise<number> {
  const batch = transaction
    .select({ id: tokenLedger.id })
    .from(tokenLedger)
    .where(eq(tokenLedger.ownerId, ownerId))
    .orderBy(asc(tokenLedger.ordinal));
  const moved = await transaction
    .update(tokenLedger)
    .set({
      ownerId: pseudonym,
      replyId: null,
      updatedAt: sql`now()`,
      // What an admin wrote goes. No reply has led to it.
      reason: sql`case when kind = 'grant' and reason not in ('welcome', 'refill') then 'granted'
        when kind = 'debit' and reply_id is null then 'taken' else reason end`,
    })
    .where(sql`id = any (array(${limit === undefined ? batch : batch.limit(limit)}))`)
    .returning({ id: tokenLedger.id });
  return moved.length;
}
