import { and, asc, desc, eq, getTableColumns, or, type SQL, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { type JsonRow, rowFromJson } from "./json-row.ts";
import type { After, Order } from "./keyset.ts";
import { behindInstant, contains, exactInstant } from "./keyset.ts";
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
  | { outcome: "changed" | "unchanged"; user: UserRow }
  | { outcome: "leaving" | "not_found" };

/** Disables or enables a user, and records it. One round trip. */
export async function setDisabled(
  database: Database,
  args: ByAdmin & { disabled: boolean },
): Promise<SetDisabled> {
  const answer = await database.run((connection) =>
    connection.call<{ outcome: SetDisabled["outcome"]; user: JsonRow }>("admin_set_disabled", args),
  );
  const { outcome } = answer;
  if (outcome === "leaving" || outcome === "not_found") return { outcome };
  return { outcome, user: rowFromJson(users, answer.user) };
}

export interface TokenGrant extends ByAdmin {
  entryId: string;
  amount: number;
  /** For the user to read in the ledger. */
  reason: string;
  idempotencyKey?: string | undefined;
  idempotencyFingerprint?: string | undefined;
}

export type GrantedTokens =
  | { outcome: "granted" | "replayed"; entry: LedgerRow }
  | { outcome: "mismatch" | "leaving" | "not_found" };

/** Adds tokens to a user's balance, and records it. One round trip. */
export async function grantTokens(
  database: Database,
  { adminId, ...grant }: TokenGrant,
): Promise<GrantedTokens> {
  const answer = await database.run((connection) =>
    connection.call<{ outcome: GrantedTokens["outcome"]; entry: JsonRow }>("admin_grant_tokens", {
      ...grant,
      ownerId: adminId,
    }),
  );
  const { outcome } = answer;
  if (outcome !== "granted" && outcome !== "replayed") return { outcome };
  return { outcome, entry: rowFromJson(tokenLedger, answer.entry) };
}
