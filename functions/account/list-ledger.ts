import { renderLedgerEntry } from "@parley/contract/render/ledger-entry";
import type { accountRoutes } from "@parley/contract/routes/account";
import type { Database } from "@parley/data/database";
import { countLedger, listLedger as findEntries } from "@parley/data/tokens";
import type { Operation } from "@parley/http/api-types";
import { cursorScope, decodeCursor } from "@parley/http/cursor";
import { listResponse } from "@parley/http/list";

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
      render: renderLedgerEntry,
      cursorOf: ({ ordinal, id }) => ({ key: ordinal, id }),
      scope,
      path,
      query,
      total,
    });
  };
}
