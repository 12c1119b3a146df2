import { and, asc, desc, eq } from "drizzle-orm";
import type { Database } from "./database.ts";
import { type After, behindNumber, type Order } from "./keyset.ts";
import { tokenLedger } from "./schema/tokens.ts";

export type LedgerRow = typeof tokenLedger.$inferSelect;

export interface LedgerPage {
  order: Order;
  limit: number;
  after?: After<number> | undefined;
}

/** Up to `limit` entries of this owner's ledger, in the order in which they changed the balance. */
export async function listLedger(
  database: Database,
  ownerId: string,
  { order, limit, after }: LedgerPage,
): Promise<LedgerRow[]> {
  const direction = order === "asc" ? asc : desc;
  return database.run(({ db }) =>
    db
      .select()
      .from(tokenLedger)
      .where(
        and(
          eq(tokenLedger.ownerId, ownerId),
          after && behindNumber(tokenLedger.ordinal, tokenLedger.id, after, order),
        ),
      )
      .orderBy(direction(tokenLedger.ordinal), direction(tokenLedger.id))
      .limit(limit)
      .prepare("list_ledger")
      .execute(),
  );
}

/** How many entries this owner's ledger has. */
export async function countLedger(database: Database, ownerId: string): Promise<number> {
  return database.run(({ db }) => db.$count(tokenLedger, eq(tokenLedger.ownerId, ownerId)));
}
