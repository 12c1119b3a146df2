import type { Dependencies } from "@parley/composition/dependencies";
import { renderMessage } from "@parley/contract/render/message";
import type { messageRoutes } from "@parley/contract/routes/messages";
import { searchMessages as findMessages, type MessageMatch } from "@parley/data/search";
import type { Operation } from "@parley/http/api-types";
import { cursorScope, decodeCursor } from "@parley/http/cursor";
import { listResponse } from "@parley/http/list";

function renderMatch({ message, conversationTitle, snippet, highlights }: MessageMatch) {
  return { message: renderMessage(message), conversationTitle, snippet, highlights };
}

/** A page of the caller's messages that match, best first. */
export function searchMessages({
  database,
}: Pick<Dependencies, "database">): Operation<(typeof messageRoutes)["searchMessages"]> {
  return async ({ query, caller, path }) => {
    const { limit, cursor, q, role } = query;
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
  };
}
