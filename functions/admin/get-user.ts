import type { adminRoutes } from "@parley/contract/routes/admin";
import { recordLook } from "@parley/data/admin-actions";
import type { Database } from "@parley/data/database";
import { getUser as findUser } from "@parley/data/users";
import type { Operation } from "@parley/http/api-types";
import { problem } from "@parley/http/problem";
import { renderUser } from "./render-user.ts";

/** One user. */
export function getUser(database: Database): Operation<(typeof adminRoutes)["getUser"]> {
  return async ({ params: { userId }, caller, requestId }) => {
    const row = await findUser(database, userId);
    if (row === undefined) throw problem("not-found");
    await recordLook(database, { adminId: caller.userId, action: "user.read", userId, requestId });
    return { status: 200, body: renderUser(row), etag: String(row.version) };
  };
}
