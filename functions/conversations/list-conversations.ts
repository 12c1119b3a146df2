import { renderConversation } from "@parley/contract/render/conversation";
import type { conversationRoutes } from "@parley/contract/routes/conversations";
import { countConversations, listConversations as findConversations } from "@parley/data/conversations";
import type { Operation } from "@parley/http/api-types";
import { cursorScope, decodeCursor } from "@parley/http/cursor";
import { listResponse } from "@parley/http/list";
import { type SearchDependencies, searchConversations } from "./search-conversations.ts";

/** A page of the caller's conversations; deleted ones only when they are asked for. */
export function listConversations(
  dependencies: SearchDependencies,
): Operation<(typeof conversationRoutes)["listConversations"]> {
  const { database } = dependencies;
  return async (request) => {
    const { query, caller, path } = request;
    const { limit, cursor, order, includeTotal, q, status, sort, model, from, to } = query;
    if (sort === "relevance") return searchConversations(dependencies, request);
    const scope = cursorScope("instant", { list: "conversations", sort, order, q, status, model, from, to });
    const after = decodeCursor(cursor, scope);
    const filter = { q, status, sort, model, from, to };
    const [rows, total] = await Promise.all([
      findConversations(database, caller.userId, { ...filter, order, after, limit: limit + 1 }),
      includeTotal ? countConversations(database, caller.userId, filter) : undefined,
    ]);
    return listResponse({
      rows,
      limit,
      render: renderConversation,
      cursorOf: ({ sortKey, id }) => ({ key: sortKey, id }),
      scope,
      path,
      query,
      total,
    });
  };
}
