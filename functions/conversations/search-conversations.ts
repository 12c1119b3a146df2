import { type Retention, renderConversation } from "@parley/contract/render/conversation";
import type { conversationRoutes } from "@parley/contract/routes/conversations";
import type { Database } from "@parley/data/database";
import { type ConversationMatch, searchConversations as findConversations } from "@parley/data/search";
import type { ApiRequest, ApiResponse } from "@parley/http/api-types";
import { cursorScope, decodeCursor } from "@parley/http/cursor";
import { listResponse } from "@parley/http/list";

type Request = ApiRequest<(typeof conversationRoutes)["listConversations"]>;

export interface SearchDependencies {
  database: Database;
  /** @throws Problem 429 */
  takeExpensive: (userId: string) => Promise<void>;
}

function renderMatch(
  { conversation, messageId, snippet, highlights }: ConversationMatch,
  retention: Retention,
) {
  return { ...renderConversation(conversation, retention), match: { messageId, snippet, highlights } };
}

/** `sort=relevance`: a page of the caller's conversations that match `q`, best first. */
export async function searchConversations(
  dependencies: SearchDependencies & Retention,
  request: Request,
): Promise<ApiResponse> {
  const { database, takeExpensive } = dependencies;
  const { query, caller, path } = request;
  const { limit, cursor, q = "", sort } = query;
  // The contract lets deleted ones be listed, not searched.
  const status = query.status === "deleted" ? undefined : query.status;
  const scope = cursorScope("score", { list: "conversations", sort, q, status });
  const after = decodeCursor(cursor, scope);
  // Of this route only what searches is expensive.
  await takeExpensive(caller.userId);
  const rows = await findConversations(database, caller.userId, { q, status, after, limit: limit + 1 });
  return listResponse({
    rows,
    limit,
    render: (match) => renderMatch(match, dependencies),
    cursorOf: ({ score, conversation }) => ({ key: score, id: conversation.id }),
    scope,
    path,
    query,
  });
}
