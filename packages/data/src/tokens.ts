import { countRows } from "./count-rows.ts";
import type { Database } from "./database.ts";
import { type PageOf, pageShape, pageValues } from "./keyset.ts";
import type { tokenLedger } from "./schema/tokens.ts";
import * as statements from "./statements/tokens.ts";

export type LedgerRow = typeof tokenLedger.$inferSelect;

/** Up to `limit` entries of this owner's ledger, in the order in which they changed the balance. */
export async function listLedger(
  database: Database,
  ownerId: string,
  page: PageOf<number>,
): Promise<LedgerRow[]> {
  const statement = statements.list(pageShape(page));
  return database.run(({ rows }) => rows(statement, { ownerId, ...pageValues(page) }));
}

/** How many entries this owner's ledger has. */
export async function countLedger(database: Database, ownerId: string): Promise<number> {
  return countRows(database, statements.count, { ownerId });
}
