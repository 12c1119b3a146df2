import type { Dependencies } from "@parley/composition/dependencies";
import { messageEtag, renderMessage } from "@parley/contract/render/message";
import type { messageRoutes } from "@parley/contract/routes/messages";
import { rateAnswer as storeRating } from "@parley/data/feedback";
import { getMessage } from "@parley/data/messages";
import type { Operation } from "@parley/http/api-types";
import { problem } from "@parley/http/problem";
import { addLogKeys } from "@parley/runtime/logger";

/** Stores what the caller thinks of an answer. */
export function rateAnswer({
  database,
  cache,
}: Pick<Dependencies, "database" | "cache">): Operation<(typeof messageRoutes)["rateAnswer"]> {
  return async ({ params, body, caller: { userId: ownerId } }) => {
    addLogKeys({ conversationId: params.conversationId });
    const rated = await storeRating(database, { ...params, ownerId }, body);
    if (rated === "not_found") throw problem("not-found");
    if (rated === "no_answer") {
      throw problem("conflict", {
        detail: "Feedback is for an assistant's message that is not deleted.",
      });
    }
    await cache.conversationChanged(ownerId, params.conversationId);
    const row = await getMessage(database, ownerId, params.conversationId, params.messageId);
    if (row === undefined) throw problem("not-found");
    return { status: 200, body: renderMessage(row), etag: messageEtag(row) };
  };
}
