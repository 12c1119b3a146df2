import type { Dependencies } from "@parley/composition/dependencies";
import { messageEtag } from "@parley/contract/render/message";
import type { messageRoutes } from "@parley/contract/routes/messages";
import { getMessage, deleteMessage as storeDeletion } from "@parley/data/messages";
import type { Operation } from "@parley/http/api-types";
import { matchedVersion, missProblem } from "@parley/http/matched-version";
import { announceChange } from "@parley/jobs/announce-ending";
import { addLogKeys } from "@parley/runtime/logger";

/** Soft delete. The message's unfinished replies are cancelled, and the conversation's next one may run. */
export function deleteMessage(
  dependencies: Dependencies,
): Operation<(typeof messageRoutes)["deleteMessage"]> {
  return async ({ params, caller, headers, requestId }) => {
    const { conversationId, messageId } = params;
    const ownerId = caller.userId;
    addLogKeys({ conversationId });
    const expectedVersion = await matchedVersion(
      headers.ifMatch,
      () => getMessage(dependencies.database, ownerId, conversationId, messageId),
      messageEtag,
    );
    const deleted = await storeDeletion(dependencies.database, { ...params, ownerId, expectedVersion });
    if (deleted.outcome !== "deleted") throw missProblem(deleted.outcome);
    const { cancelledReplyIds } = deleted;
    await announceChange(dependencies, requestId, {
      ownerId,
      conversationId,
      replyIds: cancelledReplyIds,
      nextReplyId: deleted.nextReplyId,
      news: deleted.news,
    });
    return { status: 204 };
  };
}
