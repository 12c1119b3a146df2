import type { Dependencies } from "@parley/composition/dependencies";
import { renderReply } from "@parley/contract/render/reply";
import type { replyRoutes } from "@parley/contract/routes/replies";
import { countReplies, listReplies as findReplies } from "@parley/data/replies";
import type { Operation } from "@parley/http/api-types";
import { cursorScope, decodeCursor } from "@parley/http/cursor";
import { listResponse } from "@parley/http/list";
import { problem } from "@parley/http/problem";
import { addLogKeys } from "@parley/runtime/logger";

/** A page of a conversation's replies, in the order they were asked for. */
export function listReplies({
  database,
}: Pick<Dependencies, "database">): Operation<(typeof replyRoutes)["listReplies"]> {
  return async ({ params: { conversationId }, query, caller: { userId }, path }) => {
    addLogKeys({ conversationId });
    const { limit, cursor, order, includeTotal, status } = query;
    const scope = cursorScope("position", { list: "replies", conversationId, order, status });
    const after = decodeCursor(cursor, scope);
    const [rows, total] = await Promise.all([
      findReplies(database, userId, conversationId, { status, order, after, limit: limit + 1 }),
      includeTotal ? countReplies(database, userId, conversationId, status) : undefined,
    ]);
    if (rows === undefined) throw problem("not-found");
    return listResponse({
      rows,
      limit,
      render: renderReply,
      cursorOf: ({ ordinal, id }) => ({ key: ordinal, id }),
      scope,
      path,
      query,
      total,
    });
  };
}
