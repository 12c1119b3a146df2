import { createHash } from "node:crypto";
import { and, asc, eq, isNotNull, lt, or, sql } from "drizzle-orm";
import { type ErasedCounts, leaving, pseudonymiseLedger } from "./account-erasure.ts";
import type { Database } from "./database.ts";
import { newId } from "./ids.ts";
import { adminActions } from "./schema/admin-actions.ts";
import { connections } from "./schema/connections.ts";
import { deletedSubjects, users } from "./schema/users.ts";

/**
 * Seconds for which a deleted subject is remembered. The authorizer takes access tokens alone, Cognito lets those
 * live for a day at most, and a refresh token ends with its user; an hour more is for clocks.
 */
const tombstoneSeconds = 25 * 3_600;
const tombstoneEnd = sql`now() + make_interval(secs => ${tombstoneSeconds})`;

function subjectHash({ cognitoSub }: { cognitoSub: string }): string {
  return createHash("sha256").update(cognitoSub).digest("hex");
}

/** Conversations whose replies are cancelled in one transaction. */
const cancelBatch = 100;

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
  /** The admin who asks for it in place of the owner. */
  by?: { adminId: string; requestId: string } | undefined;
}

/**
 * Marks an account as leaving: nothing is sent for it from then on, and its tokens are good for going on with the
 * deletion alone. Safe to repeat: what was begun is begun, whatever version a repetition expects. Nothing has changed
 * where the user is another version (`stale`) or is no more (`not_found`).
 */
export async function beginAccountDeletion(
  database: Database,
  { ownerId, username, expectedVersion, by }: DeletionRequest,
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
      if (by !== undefined) {
        const action = { id: newId(), ...by, action: "user.deleted" as const, userId: ownerId };
        await transaction.insert(adminActions).values(action);
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
    connection.call("cancel_replies", {
      ownerId,
      limit: cancelBatch,
    }),
  );
  return cancelled;
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
