import type { accountRoutes } from "@parley/contract/routes/account";
import type { Database } from "@parley/data/database";
import { getUser } from "@parley/data/users";
import type { Operation } from "@parley/http/api-types";
import { problem } from "@parley/http/problem";

function startOfNextMonth(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1));
}

/**
 * What the caller has to spend.
 * @param monthlyTokens what the balance is topped up to each month; 0 = never
 */
export function getTokens(
  database: Database,
  monthlyTokens: number,
): Operation<(typeof accountRoutes)["getTokens"]> {
  return async ({ caller: { userId } }) => {
    const row = await getUser(database, userId);
    if (row === undefined) throw problem("unauthenticated");
    const { tokenBalance: balance, tokensHeld: held } = row;
    const nextAt = startOfNextMonth(new Date()).toISOString();
    const refill = monthlyTokens > 0 ? { monthlyTokens, nextAt } : null;
    return { status: 200, body: { balance, held, available: balance - held, refill } };
  };
}
