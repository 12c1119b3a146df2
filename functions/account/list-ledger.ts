import type { accountRoutes } from "@parley/contract/routes/account";
import type { LedgerEntry } from "@parley/contract/schemas/tokens";
import type { Database } from "@parley/data/database";
import { countLedger, listLedger as findEntries, type LedgerRow } from "@parley/data/tokens";
import type { Operation } from "@parley/http/api-types";
import { cursorScope, decodeCursor } from "@parley/http/cursor";
import { listResponse } from "@parley/http/list";

function renderEntry(row: LedgerRow): LedgerEntry {
  return {
    id: row.id,
    kind: row.kind,
    amount: row.amount,
    reason: row.reason,
    replyId: row.replyId,
    balance: row.balance,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

/** A page of what explains the caller's balance. */
export function listLedger(database: Database): Operation<(typeof accountRoutes)["listLedger"]> {
  return async ({ query, caller: { userId }, path }) => {
    const { limit, cursor, order, includeTotal } = query;
    const scope = cursorScope("position", { list: "ledger", order });
    const after = decodeCursor(cursor, scope);
    const [rows, total] = await Promise.all([
      findEntries(database, userId, { order, after, limit: limit + 1 }),
      includeTotal ? countLedger(database, userId) : undefined,
    ]);
    return listResponse({
      rows,
      limit,
      render: renderEntry,
      cursorOf: ({ ordinal, id }) => ({ key: ordinal, id }),
      scope,
      path,
      query,
      total,
    });
  };
}
