import type { adminRoutes } from "@parley/contract/routes/admin";
import { recordLook } from "@parley/data/admin-actions";
import { countRepliesByStatus, listRepliesByStatus } from "@parley/data/admin-replies";
import type { Database } from "@parley/data/database";
import type { Operation } from "@parley/http/api-types";
import { cursorScope, decodeCursor } from "@parley/http/cursor";
import { listResponse } from "@parley/http/list";
import { renderReply } from "./render-reply.ts";

/** A page of the replies of all users that need an admin's eye. */
export function listAllReplies(database: Database): Operation<(typeof adminRoutes)["listAllReplies"]> {
  return async ({ query, caller, path, requestId }) => {
    const { status, limit, cursor, order, includeTotal } = query;
    const scope = cursorScope("instant", { list: "all-replies", order, status });
    const after = decodeCursor(cursor, scope);
    await recordLook(database, { adminId: caller.userId, action: "replies.listed", requestId });
    const [rows, total] = await Promise.all([
      listRepliesByStatus(database, { status, order, after, limit: limit + 1 }),
      includeTotal ? countRepliesByStatus(database, status) : undefined,
    ]);
    return listResponse({
      rows,
      limit,
      render: renderReply,
      cursorOf: ({ sortKey, id }) => ({ key: sortKey, id }),
      scope,
      path,
      query,
      total,
    });
  };
}
