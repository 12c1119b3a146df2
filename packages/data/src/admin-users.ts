import { and, asc, desc, eq, getTableColumns, isNull, or, type SQL, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { forgetRequest, type IdempotentRequest, rememberRequest } from "./idempotency-keys.ts";
import { newId } from "./ids.ts";
import type { After, Order } from "./keyset.ts";
import { behindInstant, contains, exactInstant } from "./keyset.ts";
import type { Transaction } from "./prepared.ts";
import { adminActions } from "./schema/admin-actions.ts";
import { connections } from "./schema/connections.ts";
import { tokenLedger } from "./schema/tokens.ts";
import { users } from "./schema/users.ts";
import type { LedgerRow } from "./tokens.ts";
import type { UserRow } from "./users.ts";

export interface UserPage {
  /** Part of an e-mail address, or an id. */
  q: string | undefined;
  order: Order;
  limit: number;
  after?: After<string> | undefined;
}

function matching(q: string | undefined): SQL | undefined {
  return q === undefined ? undefined : or(contains(users.email, q), eq(users.id, q));
}

/** Up to `limit` users; `sortKey` is their creation with its microseconds. */
export async function listUsers(
  database: Database,
  { q, order, limit, after }: UserPage,
): Promise<(UserRow & { sortKey: string })[]> {
  const direction = order === "asc" ? asc : desc;
  return database.run(async ({ orm }) =>
    orm
      .select({ ...getTableColumns(users), sortKey: exactInstant(users.createdAt).as("sort_key") })
      .from(users)
      .where(and(matching(q), behindInstant(users.createdAt, users.id, { order, after })))
      .orderBy(direction(users.createdAt), direction(users.id))
      .limit(limit),
  );
}

/** How many users match. */
export async function countUsers(database: Database, q: string | undefined): Promise<number> {
  return database.run(async ({ orm }) => orm.$count(users, matching(q) ?? sql`true`));
}

interface ByAdmin {
  adminId: string;
  userId: string;
  requestId: string;
}

export type SetDisabled =
  /** `connectionIds`: those of a disabled user, to be closed. */
  | { outcome: "changed" | "unchanged"; user: UserRow; connectionIds: string[] }
  | { outcome: "leaving" | "not_found" };

/** Disables or enables a user, and records it. */
export async function setDisabled(
  database: Database,
  { adminId, userId, requestId, disabled }: ByAdmin & { disabled: boolean },
): Promise<SetDisabled> {
  return database.run(({ orm }) =>
    orm.transaction(async (transaction): Promise<SetDisabled> => {
      const ofUser = eq(users.id, userId);
      const [user] = await transaction.select().from(users).where(ofUser).for("no key update");
      if (user === undefined) return { outcome: "not_found" };
      if (user.deletion !== null) return { outcome: "leaving" };
      const open = await transaction
        .select({ id: connections.id })
        .from(connections)
        .where(and(eq(connections.ownerId, userId), sql`${disabled}::boolean`));
      const connectionIds = open.map(({ id }) => id);
      if ((user.disabledAt !== null) === disabled) return { outcome: "unchanged", user, connectionIds };
      const [changed = user] = await transaction
        .update(users)
        .set({
          disabledAt: disabled ? sql`now()` : null,
          version: sql`${users.version} + 1`,
          updatedAt: sql`now()`,
        })
        .where(ofUser)
        .returning();
      const action = disabled ? "user.disabled" : "user.enabled";
      await transaction.insert(adminActions).values({ id: newId(), adminId, action, userId, requestId });
      return { outcome: "changed", user: changed, connectionIds };
    }),
  );
}

export interface TokenGrant extends ByAdmin, IdempotentRequest {
  entryId: string;
  /** Below 0 it is taken. */
  amount: number;
  /** For the user to read in the ledger. */
  reason: string;
}

export type GrantedTokens =
  | { outcome: "granted" | "replayed"; entry: LedgerRow }
  | { outcome: "mismatch" | "leaving" | "not_found" }
  /** More was to be taken than is free. */
  | { outcome: "insufficient"; balance: number; held: number };

/** Adds tokens to a user's balance, or takes some that are not held, and records it. */
export async function grantTokens(database: Database, grant: TokenGrant): Promise<GrantedTokens> {
  const { adminId, userId, requestId, entryId, amount, reason } = grant;
  const requested = { ownerId: adminId, kind: "token_grant", resourceId: entryId } as const;
  return database.run(({ orm }) =>
    orm.transaction(async (transaction): Promise<GrantedTokens> => {
      const earlier = await rememberRequest(transaction, requested, grant);
      if (earlier?.outcome === "mismatch") return earlier;
      if (earlier !== undefined) {
        const [entry] = await transaction.select().from(tokenLedger).where(eq(tokenLedger.id, earlier.id));
        return { outcome: "replayed", entry: entry as LedgerRow };
      }
      const granted = await transaction
        .update(users)
        .set({
          tokenBalance: sql`${users.tokenBalance} + ${amount}`,
          version: sql`${users.version} + 1`,
          updatedAt: sql`now()`,
        })
        .where(
          and(
            eq(users.id, userId),
            isNull(users.deletion),
            amount < 0 ? sql`${users.tokenBalance} + ${amount} >= ${users.tokensHeld}` : undefined,
          ),
        )
        .returning({ id: users.id });
      if (granted.length === 0) {
        await forgetRequest(transaction, requested, grant);
        return refusedGrant(transaction, userId);
      }
      const entryOf =
        amount < 0 ? ({ kind: "debit", amount: -amount } as const) : ({ kind: "grant", amount } as const);
      const [entry] = await transaction
        .insert(tokenLedger)
        .values({ id: entryId, ownerId: userId, ...entryOf, reason })
        .returning();
      await transaction.insert(adminActions).values({
        ...{
          id: newId(),
          adminId,
          action: amount < 0 ? "tokens.taken" : "tokens.granted",
          userId,
          requestId,
        },
        details: { amount: entryOf.amount, reason, ledgerEntryId: entryId },
      });
      return { outcome: "granted", entry: entry as LedgerRow };
    }),
  );
}

async function refusedGrant(transaction: Transaction, userId: string): Promise<GrantedTokens> {
  const [user] = await transaction.select().from(users).where(eq(users.id, userId));
  if (user === undefined) return { outcome: "not_found" };
  if (user.deletion !== null) return { outcome: "leaving" };
  return { outcome: "insufficient", balance: user.tokenBalance, held: user.tokensHeld };
}
