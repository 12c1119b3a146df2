import type { adminRoutes } from "@parley/contract/routes/admin";
import type { AdminAction } from "@parley/contract/schemas/admin";
import {
  type AdminActionRow,
  countAdminActions,
  listAdminActions as findActions,
  recordLook,
} from "@parley/data/admin-actions";
import type { Database } from "@parley/data/database";
import type { Operation } from "@parley/http/api-types";
import { cursorScope, decodeCursor } from "@parley/http/cursor";
import { listResponse } from "@parley/http/list";

function renderAction(row: AdminActionRow): AdminAction {
  return {
    id: row.id,
    adminId: row.adminId,
    action: row.action,
    userId: row.userId,
    replyId: row.replyId,
    requestId: row.requestId,
    details: row.details,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

/** A page of what admins did. */
export function listAdminActions(database: Database): Operation<(typeof adminRoutes)["listAdminActions"]> {
  return async ({ query, caller, path, requestId }) => {
    const { userId, limit, cursor, order, includeTotal } = query;
    const scope = cursorScope("instant", { list: "admin-actions", order, userId });
    const after = decodeCursor(cursor, scope);
    await recordLook(database, { adminId: caller.userId, action: "audit.listed", userId, requestId });
    const [rows, total] = await Promise.all([
      findActions(database, { userId, order, after, limit: limit + 1 }),
      includeTotal ? countAdminActions(database, userId) : undefined,
    ]);
    return listResponse({
      rows,
      limit,
      render: renderAction,
      cursorOf: ({ sortKey, id }) => ({ key: sortKey, id }),
      scope,
      path,
      query,
      total,
    });
  };
}
