import type { Dependencies } from "@parley/composition/dependencies";
import { renderMessage } from "@parley/contract/render/message";
import type { messageRoutes } from "@parley/contract/routes/messages";
import { countMessages, listMessages as findMessages } from "@parley/data/messages";
import type { ApiRequest, ApiResponse, Operation } from "@parley/http/api-types";
import { cursorScope, decodeCursor } from "@parley/http/cursor";
import { listResponse } from "@parley/http/list";
import { problem } from "@parley/http/problem";
import { addLogKeys } from "@parley/runtime/logger";

type Route = (typeof messageRoutes)["listMessages"];

const newestPageLimit = 20;

/** The page that a chat opens with: the only one that is cached. */
function isNewestPage({ limit, cursor, order, includeTotal, q, role, versions }: ApiRequest<Route>["query"]) {
  const isPlain = cursor === undefined && q === undefined && role === undefined;
  return isPlain && limit === newestPageLimit && order === "desc" && versions === "active" && !includeTotal;
}

async function readPage(
  database: Dependencies["database"],
  { params: { conversationId }, query, caller, path }: ApiRequest<Route>,
): Promise<{ page: ApiResponse; isReplying: boolean }> {
  const { limit, cursor, order, includeTotal, q, role, versions } = query;
  // Cursors of versions sorted by id, which have no such part, are refused.
  const sort = versions === "all" ? "createdAt" : undefined;
  const scope = cursorScope("position", { list: "messages", conversationId, order, q, role, versions, sort });
  const after = decodeCursor(cursor, scope);
  const filter = { q, role, versions };
  const [found, total] = await Promise.all([
    findMessages(database, caller.userId, conversationId, { ...filter, order, after, limit: limit + 1 }),
    includeTotal ? countMessages(database, caller.userId, conversationId, filter) : undefined,
  ]);
  if (found === undefined) throw problem("not-found");
  const page = listResponse({
    rows: found.rows,
    limit,
    render: renderMessage,
    cursorOf: ({ position, id }) => ({ key: position, id }),
    scope,
    path,
    query,
    total,
  });
  return { page, isReplying: found.isReplying };
}

/** A page of a conversation's messages. */
export function listMessages({ database, cache }: Dependencies): Operation<Route> {
  return async (request) => {
    const { conversationId } = request.params;
    const ownerId = request.caller.userId;
    addLogKeys({ conversationId });
    if (!isNewestPage(request.query)) return (await readPage(database, request)).page;
    const cached = await cache.readConversation<ApiResponse>(ownerId, conversationId, "newest-messages");
    if (cached.value !== undefined) return cached.value;
    const { page, isReplying } = await readPage(database, request);
    // The reply's end would have to be told to the cache.
    if (!isReplying) {
      await cache.writeConversation(ownerId, conversationId, "newest-messages", cached.generation, page);
    }
    return page;
  };
}
