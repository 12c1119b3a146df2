import { and, eq } from "drizzle-orm";
import { countRows } from "./count-rows.ts";
import type { Database } from "./database.ts";
import { behindNumber, inOrder, type PageOf, pageLimit } from "./keyset.ts";
import { tokenLedger } from "./schema/tokens.ts";

export type LedgerRow = typeof tokenLedger.$inferSelect;

/** Up to `limit` entries of this owner's ledger, in the order in which they changed the balance. */
export async function listLedger(
  database: Database,
  ownerId: string,
  page: PageOf<number>,
): Promise<LedgerRow[]> {
  const direction = inOrder(page);
  return database.run(({ orm }) =>
    orm
      .select()
      .from(tokenLedger)
      .where(and(eq(tokenLedger.ownerId, ownerId), behindNumber(tokenLedger.ordinal, tokenLedger.id, page)))
      .orderBy(direction(tokenLedger.ordinal), direction(tokenLedger.id))
      .limit(pageLimit(page))
      .prepare("list_ledger")
      .execute(),
  );
}

/** How many entries this owner's ledger has. */
export async function countLedger(database: Database, ownerId: string): Promise<number> {
  return database.run(({ orm }) => countRows(orm, tokenLedger, eq(tokenLedger.ownerId, ownerId)));
}
