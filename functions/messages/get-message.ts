import type { Dependencies } from "@parley/composition/dependencies";
import { messageEtag, renderMessage } from "@parley/contract/render/message";
import type { messageRoutes } from "@parley/contract/routes/messages";
import { textAfter } from "@parley/contract/shown-text";
import { getMessage as findMessage } from "@parley/data/messages";
import type { Operation } from "@parley/http/api-types";
import { problem } from "@parley/http/problem";
import { addLogKeys } from "@parley/runtime/logger";

/** One message, or its text behind `after` code points; a deleted one keeps its place without its text. */
export function getMessage({
  database,
}: Pick<Dependencies, "database">): Operation<(typeof messageRoutes)["getMessage"]> {
  return async ({ params: { conversationId, messageId }, query: { after }, caller }) => {
    addLogKeys({ conversationId });
    const row = await findMessage(database, caller.userId, conversationId, messageId);
    if (row === undefined) throw problem("not-found");
    return {
      status: 200,
      body: renderMessage({ ...row, content: textAfter(row.content, after) }),
      etag: messageEtag(row),
    };
  };
}
