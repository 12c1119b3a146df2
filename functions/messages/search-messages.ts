import type { Dependencies } from "@parley/composition/dependencies";
import { renderFoundMessage } from "@parley/contract/render/message";
import type { messageRoutes } from "@parley/contract/routes/messages";
import { newestMessages } from "@parley/data/newest-messages";
import { searchMessages as findMessages, type MessageMatch } from "@parley/data/search";
import type { ApiRequest, Operation } from "@parley/http/api-types";
import { cursorScope, decodeCursor } from "@parley/http/cursor";
import { listResponse } from "@parley/http/list";

type SearchMessages = (typeof messageRoutes)["searchMessages"];
type Database = Dependencies["database"];

function renderMatch({ message, conversationTitle, snippet, highlights }: Omit<MessageMatch, "score">) {
  return { message: renderFoundMessage(message), conversationTitle, snippet, highlights };
}

async function bestFirst(database: Database, q: string, { query, caller, path }: ApiRequest<SearchMessages>) {
  const { limit, cursor, role } = query;
  const scope = cursorScope("score", { list: "message search", q, role });
  const after = decodeCursor(cursor, scope);
  const rows = await findMessages(database, caller.userId, { q, role, after, limit: limit + 1 });
  return listResponse({
    rows,
    limit,
    render: renderMatch,
    cursorOf: ({ score, message }) => ({ key: score, id: message.id }),
    scope,
    path,
    query,
  });
}

async function newestFirst(database: Database, { query, caller, path }: ApiRequest<SearchMessages>) {
  const { limit, cursor, role } = query;
  const scope = cursorScope("instant", { list: "all messages", role });
  const after = decodeCursor(cursor, scope);
  const rows = await newestMessages(database, caller.userId, { role, after, limit: limit + 1 });
  return listResponse({
    rows,
    limit,
    render: renderMatch,
    cursorOf: ({ sortKey, message }) => ({ key: sortKey, id: message.id }),
    scope,
    path,
    query,
  });
}

/** A page of the caller's messages: those that match, best first, or without a query all, newest first. */
export function searchMessages({ database }: Pick<Dependencies, "database">): Operation<SearchMessages> {
  return async (request) => {
    const { q } = request.query;
    return q === undefined ? newestFirst(database, request) : bestFirst(database, q, request);
  };
}
