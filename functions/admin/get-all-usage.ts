import { renderUsage } from "@parley/contract/render/usage";
import type { adminRoutes } from "@parley/contract/routes/admin";
import { usagePeriod } from "@parley/contract/schemas/usage";
import { recordLook } from "@parley/data/admin-actions";
import type { Database } from "@parley/data/database";
import { readUsage } from "@parley/data/usage";
import { getUser } from "@parley/data/users";
import type { Operation } from "@parley/http/api-types";
import { problem } from "@parley/http/problem";

/** What the replies of all users took, or of one. */
export function getAllUsage(database: Database): Operation<(typeof adminRoutes)["getAllUsage"]> {
  return async ({ query, caller, requestId }) => {
    const { userId, by } = query;
    if (userId !== undefined && (await getUser(database, userId)) === undefined) throw problem("not-found");
    await recordLook(database, { adminId: caller.userId, action: "usage.read", userId, requestId });
    const period = usagePeriod(query);
    const rows = await readUsage(database, { ...period, by, ownerId: userId });
    return { status: 200, body: renderUsage(period, by, rows) };
  };
}
