import type { Dependencies } from "@parley/composition/dependencies";
import { renderReply, replyEtag } from "@parley/contract/render/reply";
import type { replyRoutes } from "@parley/contract/routes/replies";
import { cancelReply as storeCancel } from "@parley/data/replies";
import type { Operation } from "@parley/http/api-types";
import { problem } from "@parley/http/problem";
import { announceEnding } from "@parley/jobs/announce-ending";
import { type EmbeddingQueue, embedMessages } from "@parley/jobs/embedding-queue";
import { addLogKeys } from "@parley/runtime/logger";

/** Cancels an unfinished reply; its text so far becomes the answer. Repeating it answers the same. */
export function cancelReply(
  dependencies: Dependencies & { embeddings: EmbeddingQueue },
): Operation<(typeof replyRoutes)["cancelReply"]> {
  return async ({ params: { replyId }, caller, requestId }) => {
    const ownerId = caller.userId;
    addLogKeys({ replyId });
    const cancelled = await storeCancel(dependencies.database, ownerId, replyId);
    if (cancelled.outcome === "not_found") throw problem("not-found");
    const { outcome, reply, nextReplyId, news } = cancelled;
    const { conversationId, status } = reply;
    addLogKeys({ conversationId });
    if (outcome === "ended") {
      throw problem("conflict", {
        detail: `The reply has ended already: it is ${status}.`,
        extra: { replyId },
      });
    }
    if (outcome === "cancelled") {
      const replyIds = [replyId];
      await announceEnding(dependencies, requestId, { ownerId, replyIds, nextReplyId, news });
      const { messageId, assistantMessageId } = reply;
      if (assistantMessageId !== null) {
        // The question waited for its answer.
        await embedMessages(dependencies.embeddings, ownerId, [messageId, assistantMessageId]);
      }
    }
    return { status: 200, body: renderReply(reply), etag: replyEtag(reply) };
  };
}
