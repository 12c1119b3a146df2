import { type Retention, renderConversation } from "@parley/contract/render/conversation";
import type { conversationRoutes } from "@parley/contract/routes/conversations";
import { countConversations, listConversations as findConversations } from "@parley/data/conversations";
import type { Operation } from "@parley/http/api-types";
import { cursorScope, decodeCursor } from "@parley/http/cursor";
import { listResponse } from "@parley/http/list";
import { type SearchDependencies, searchConversations } from "./search-conversations.ts";

/** A page of the caller's conversations; deleted ones only when they are asked for. */
export function listConversations(
  dependencies: SearchDependencies & Retention,
): Operation<(typeof conversationRoutes)["listConversations"]> {
  const { database } = dependencies;
  return async (request) => {
    const { query, caller, path } = request;
    const { limit, cursor, order, includeTotal, q, status, sort, model, tag, metadata, from, to } = query;
    if (sort === "relevance") return searchConversations(dependencies, request);
    const labels = { tag, metadata: metadata && JSON.stringify(Object.entries(metadata).toSorted()) };
    const bounds = { sort, order, q, status, model, ...labels, from, to };
    const scope = cursorScope("instant", { list: "conversations", ...bounds });
    const after = decodeCursor(cursor, scope);
    const filter = { q, status, sort, model, tag, metadata, from, to };
    const [rows, total] = await Promise.all([
      findConversations(database, caller.userId, { ...filter, order, after, limit: limit + 1 }),
      includeTotal ? countConversations(database, caller.userId, filter) : undefined,
    ]);
    return listResponse({
      rows,
      limit,
      render: (row) => renderConversation(row, dependencies),
      cursorOf: ({ sortKey, id }) => ({ key: sortKey, id }),
      scope,
      path,
      query,
      total,
    });
  };
}
