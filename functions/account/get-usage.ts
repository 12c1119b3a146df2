import { renderUsage } from "@parley/contract/render/usage";
import type { accountRoutes } from "@parley/contract/routes/account";
import { usagePeriod } from "@parley/contract/schemas/usage";
import type { Database } from "@parley/data/database";
import { readUsage } from "@parley/data/usage";
import type { Operation } from "@parley/http/api-types";

/** What the caller's replies took. */
export function getUsage(database: Database): Operation<(typeof accountRoutes)["getUsage"]> {
  return async ({ query, caller: { userId } }) => {
    const { by } = query;
    const period = usagePeriod(query);
    const rows = await readUsage(database, { ...period, by, ownerId: userId });
    return { status: 200, body: renderUsage(period, by, rows) };
  };
}
