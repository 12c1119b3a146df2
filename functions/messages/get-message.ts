import type { Dependencies } from "@parley/composition/dependencies";
import { messageEtag, renderMessage } from "@parley/contract/render/message";
import type { messageRoutes } from "@parley/contract/routes/messages";
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
    const row = await findMessage(database, caller.userId, conversationId, messageId, after);
    if (row === undefined) throw problem("not-found");
    const etag = messageEtag(row);
    return { status: 200, body: renderMessage(row), etag: after === 0 ? etag : `${etag}-${after}` };
  };
}
