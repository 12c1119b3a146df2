import { and, asc, isNotNull, lt, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import type { ErasedTable } from "./owned-tables.ts";
import { users } from "./schema/users.ts";

/**
 * Seconds for which a deleted subject is remembered. The authorizer takes access tokens alone, Cognito lets those
 * live for a day at most, and a refresh token ends with its user; an hour more is for clocks.
 */
const tombstoneSeconds = 25 * 3_600;

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
  request: DeletionRequest,
): Promise<BegunDeletion | { outcome: "not_found" | "stale" }> {
  return database.run(({ call }) => call("begin_account_deletion", { ...request, tombstoneSeconds }));
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
  const answer = await database.run((connection) =>
    connection.call<({ outcome: "erased" } & ErasedBatch) | { outcome: "not_found" }>("erase_rows", {
      ownerId,
      table,
      limit,
    }),
  );
  return answer.outcome === "erased" ? answer : undefined;
}

/** Erases the user's own row. Answers all that is gone, or undefined when another request was first. */
export async function finishAccountDeletion(
  database: Database,
  ownerId: string,
): Promise<ErasedCounts | undefined> {
  const answer = await database.run((connection) =>
    connection.call<{ outcome: "deleted"; erased: ErasedCounts } | { outcome: "not_found" }>(
      "finish_account_deletion",
      { ownerId, tombstoneSeconds },
    ),
  );
  return answer.outcome === "deleted" ? answer.erased : undefined;
}
