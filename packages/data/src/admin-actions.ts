import { and, asc, desc, eq, getTableColumns, type SQL, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { newId } from "./ids.ts";
import type { After, Order } from "./keyset.ts";
import { behindInstant, exactInstant } from "./keyset.ts";
import { adminActions } from "./schema/admin-actions.ts";

export type AdminActionRow = typeof adminActions.$inferSelect;

/** What an admin is about to look at. What changes something is recorded in the transaction that changes it. */
export interface AdminLook {
  adminId: string;
  action:
    | "users.listed"
    | "user.read"
    | "stats.read"
    | "usage.read"
    | "replies.listed"
    | "models.listed"
    | "models.discovered"
    | "model.read"
    | "audit.listed";
  userId?: string | undefined;
  requestId: string;
}

/** Appends to the record of what admins did. */
export async function recordLook(database: Database, look: AdminLook): Promise<void> {
  await database.run(async ({ orm }) => orm.insert(adminActions).values({ id: newId(), ...look }));
}

export interface AdminActionPage {
  /** Whom it concerned. */
  userId: string | undefined;
  order: Order;
  limit: number;
  after?: After<string> | undefined;
}

function concerning(userId: string | undefined): SQL | undefined {
  return userId === undefined ? undefined : eq(adminActions.userId, userId);
}

/** Up to `limit` records; `sortKey` is their time with its microseconds. */
export async function listAdminActions(
  database: Database,
  { userId, order, limit, after }: AdminActionPage,
): Promise<(AdminActionRow & { sortKey: string })[]> {
  const direction = order === "asc" ? asc : desc;
  return database.run(async ({ orm }) =>
    orm
      .select({
        ...getTableColumns(adminActions),
        sortKey: exactInstant(adminActions.createdAt).as("sort_key"),
      })
      .from(adminActions)
      .where(
        and(concerning(userId), behindInstant(adminActions.createdAt, adminActions.id, { order, after })),
      )
      .orderBy(direction(adminActions.createdAt), direction(adminActions.id))
      .limit(limit),
  );
}

/** How many records there are. */
export async function countAdminActions(database: Database, userId: string | undefined): Promise<number> {
  return database.run(async ({ orm }) => orm.$count(adminActions, concerning(userId) ?? sql`true`));
}
