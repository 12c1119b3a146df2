import type { adminRoutes } from "@parley/contract/routes/admin";
import { recordLook } from "@parley/data/admin-actions";
import { countUsers, listUsers as findUsers } from "@parley/data/admin-users";
import type { Database } from "@parley/data/database";
import type { Operation } from "@parley/http/api-types";
import { cursorScope, decodeCursor } from "@parley/http/cursor";
import { listResponse } from "@parley/http/list";
import { renderUser } from "./render-user.ts";

/** A page of users. */
export function listUsers(database: Database): Operation<(typeof adminRoutes)["listUsers"]> {
  return async ({ query, caller, path, requestId }) => {
    const { q, limit, cursor, order, includeTotal } = query;
    const scope = cursorScope("instant", { list: "users", order, q });
    const after = decodeCursor(cursor, scope);
    await recordLook(database, { adminId: caller.userId, action: "users.listed", requestId });
    const [rows, total] = await Promise.all([
      findUsers(database, { q, order, after, limit: limit + 1 }),
      includeTotal ? countUsers(database, q) : undefined,
    ]);
    return listResponse({
      rows,
      limit,
      render: renderUser,
      cursorOf: ({ sortKey, id }) => ({ key: sortKey, id }),
      scope,
      path,
      query,
      total,
    });
  };
}
