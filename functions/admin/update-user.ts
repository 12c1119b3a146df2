import type { adminRoutes } from "@parley/contract/routes/admin";
import { setDisabled } from "@parley/data/admin-users";
import type { Database } from "@parley/data/database";
import type { Operation } from "@parley/http/api-types";
import { problem } from "@parley/http/problem";
import type { Realtime } from "@parley/realtime/create-realtime";
import { leaving } from "./refusals.ts";
import { renderUser } from "./render-user.ts";

interface Dependencies {
  database: Database;
  realtime: Pick<Realtime, "dismiss">;
}

/** Disables or enables a user; repeating it changes nothing, but closes what connections could not be closed before. */
export function updateUser({
  database,
  realtime,
}: Dependencies): Operation<(typeof adminRoutes)["updateUser"]> {
  return async ({ params: { userId }, body: { disabled }, caller, requestId }) => {
    if (disabled && userId === caller.userId) {
      throw problem("conflict", { detail: "You would lock yourself out: ask another admin." });
    }
    const changed = await setDisabled(database, { adminId: caller.userId, userId, disabled, requestId });
    if (!("user" in changed)) throw changed.outcome === "leaving" ? leaving() : problem("not-found");
    await realtime.dismiss(userId, changed.connectionIds);
    return { status: 200, body: renderUser(changed.user), etag: String(changed.user.version) };
  };
}
