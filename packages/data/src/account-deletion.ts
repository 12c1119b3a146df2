import { createHash } from "node:crypto";
import { and, asc, eq, isNotNull, lt, or, type SQL, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import type { ErasedTable } from "./owned-tables.ts";
import type { Transaction } from "./prepared.ts";
import { adminActions } from "./schema/admin-actions.ts";
import { connections } from "./schema/connections.ts";
import { messages } from "./schema/messages.ts";
import { tokenLedger } from "./schema/tokens.ts";
import { type AccountDeletion, deletedSubjects, users } from "./schema/users.ts";

/**
 * Seconds for which a deleted subject is remembered. The authorizer takes access tokens alone, Cognito lets those
 * live for a day at most, and a refresh token ends with its user; an hour more is for clocks.
 */
const tombstoneSeconds = 25 * 3_600;
const tombstoneEnd = sql`now() + make_interval(secs => ${tombstoneSeconds})`;

function subjectHash({ cognitoSub }: { cognitoSub: string }): string {
  return createHash("sha256").update(cognitoSub).digest("hex");
}

/** The user of an account whose deletion was begun. */
function leaving(ownerId: string): SQL | undefined {
  return and(eq(users.id, ownerId), isNotNull(users.deletion));
}

/** Conversations whose replies are cancelled in one transaction. */
const cancelBatch = 100;

/** Rows by table. */
export type ErasedCounts = Readonly<Record<string, number>>;

export interface BegunDeletion {
  outcome: "begun";
  connectionIds: string[];
  /** What an earlier request has erased. */
  erased: ErasedCounts;
}

export interface DeletionRequest {
  ownerId: string;
  /** Cognito's, kept for whoever finishes a deletion that was broken off. */
  username: string;
  /** The version of the user that its owner has seen; any will do where it is not given. */
  expectedVersion?: number | undefined;
}

/**
 * Marks an account as leaving: nothing is sent for it from then on, and its tokens are good for going on with the
 * deletion alone. Safe to repeat: what was begun is begun, whatever version a repetition expects. Nothing has changed
 * where the user is another version (`stale`) or is no more (`not_found`).
 */
export async function beginAccountDeletion(
  database: Database,
  { ownerId, username, expectedVersion }: DeletionRequest,
): Promise<BegunDeletion | { outcome: "not_found" | "stale" }> {
  const ofUser = eq(users.id, ownerId);
  return database.run(({ orm }) =>
    orm.transaction(async (transaction): Promise<BegunDeletion | { outcome: "not_found" | "stale" }> => {
      const [user] = await transaction
        .update(users)
        .set({
          disabledAt: sql`coalesce(${users.disabledAt}, now())`,
          version: sql`${users.version} + 1`,
          updatedAt: sql`now()`,
          deletion: sql`coalesce(${users.deletion}, jsonb_build_object(
            'pseudonym', 'deleted-' || gen_random_uuid(), 'erased', '{}'::jsonb))
            || jsonb_build_object('username', ${username}::text)`,
        })
        .where(
          and(
            ofUser,
            expectedVersion === undefined
              ? undefined
              : or(isNotNull(users.deletion), eq(users.version, expectedVersion)),
          ),
        )
        .returning();
      if (user === undefined) {
        return { outcome: (await transaction.$count(users, ofUser)) > 0 ? "stale" : "not_found" };
      }
      const expiresAt = tombstoneEnd;
      await transaction
        .insert(deletedSubjects)
        .values({ subjectHash: subjectHash(user), expiresAt })
        .onConflictDoUpdate({
          target: deletedSubjects.subjectHash,
          set: { expiresAt, updatedAt: sql`now()` },
        });
      const open = await transaction
        .select({ id: connections.id })
        .from(connections)
        .where(eq(connections.ownerId, ownerId));
      const erased = user.deletion?.erased ?? {};
      return { outcome: "begun", connectionIds: open.map(({ id }) => id), erased };
    }),
  );
}

/** An account whose deletion was begun and not finished. */
export interface LeavingAccount {
  ownerId: string;
  /** Cognito's; the subject, which names everybody but those of a social provider, where none was kept. */
  username: string;
}

/**
 * Accounts whose deletion nobody has gone on with for so long, longest first.
 * @param idleSeconds longer than a request may take, so that nobody's work is done twice
 */
export async function findLeavingAccounts(
  database: Database,
  idleSeconds: number,
  limit: number,
): Promise<LeavingAccount[]> {
  return database.run(async ({ orm }) =>
    orm
      .select({
        ownerId: users.id,
        username: sql<string>`coalesce(${users.deletion}->>'username', ${users.cognitoSub})`,
      })
      .from(users)
      .where(
        and(
          isNotNull(users.deletion),
          lt(users.updatedAt, sql`now() - make_interval(secs => ${idleSeconds}::double precision)`),
        ),
      )
      .orderBy(asc(users.updatedAt))
      .limit(limit),
  );
}

/** Cancels unfinished replies of a user, those of 100 conversations at most; none when there are no more. */
export async function cancelSomeReplies(
  database: Database,
  ownerId: string,
): Promise<{ id: string; conversationId: string }[]> {
  const { cancelled } = await database.run((connection) =>
    connection.call<{ cancelled: { id: string; conversationId: string }[] }>("cancel_replies", {
      ownerId,
      limit: cancelBatch,
    }),
  );
  return cancelled;
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
async function pseudonymiseLedger(
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
      reason: sql`case when kind <> 'grant' or reason in ('welcome', 'refill') then reason else 'granted' end`,
    })
    .where(sql`id = any (array(${limit === undefined ? batch : batch.limit(limit)}))`)
    .returning({ id: tokenLedger.id });
  return moved.length;
}

/** Erases the user's own row. Answers all that is gone, or undefined when another request was first. */
export async function finishAccountDeletion(
  database: Database,
  ownerId: string,
): Promise<ErasedCounts | undefined> {
  return database.run(({ orm }) =>
    orm.transaction(async (transaction) => {
      const [user] = await transaction.select().from(users).where(leaving(ownerId)).for("update");
      const deletion = user?.deletion;
      if (user === undefined || !deletion) return undefined;
      await pseudonymiseLedger(transaction, ownerId, deletion);
      const { pseudonym } = deletion;
      await transaction
        .update(adminActions)
        .set({
          updatedAt: sql`now()`,
          adminId: sql`case when admin_id = ${ownerId} then ${pseudonym} else admin_id end`,
          userId: sql`case when user_id = ${ownerId} then ${pseudonym} else user_id end`,
          details: sql`case when user_id = ${ownerId} then details - 'reason' else details end`,
        })
        .where(or(eq(adminActions.adminId, ownerId), eq(adminActions.userId, ownerId)));
      await transaction
        .update(deletedSubjects)
        .set({ updatedAt: sql`now()`, expiresAt: tombstoneEnd })
        .where(eq(deletedSubjects.subjectHash, subjectHash(user)));
      // Where search goes on reading: the time says it nearly as well.
      await transaction.execute(
        sql`update search_progress set owner_id = '', message_id = '', updated_at = now()
          where owner_id = ${ownerId}`,
      );
      await transaction.delete(users).where(eq(users.id, ownerId));
      return { ...deletion.erased, users: 1 };
    }),
  );
}
