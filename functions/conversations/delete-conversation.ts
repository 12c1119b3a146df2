import type { Dependencies } from "@parley/composition/dependencies";
import { renderConversationState } from "@parley/contract/render/conversation";
import type { conversationRoutes } from "@parley/contract/routes/conversations";
import { getConversation, deleteConversation as storeDeletion } from "@parley/data/conversations";
import type { Operation } from "@parley/http/api-types";
import { matchedVersion, missProblem } from "@parley/http/matched-version";
import { announceChange } from "@parley/jobs/announce-ending";
import { addLogKeys } from "@parley/runtime/logger";

/** Soft delete, undone by `restoreConversation`. Its unfinished replies are cancelled. */
export function deleteConversation(
  dependencies: Dependencies,
): Operation<(typeof conversationRoutes)["deleteConversation"]> {
  return async ({ params: { conversationId }, caller, headers, requestId }) => {
    const ownerId = caller.userId;
    addLogKeys({ conversationId });
    const expectedVersion = await matchedVersion(headers.ifMatch, () =>
      getConversation(dependencies.database, ownerId, conversationId),
    );
    const deleted = await storeDeletion(dependencies.database, { ownerId, conversationId, expectedVersion });
    if (deleted.outcome !== "deleted") throw missProblem(deleted.outcome);
    await announceChange(dependencies, requestId, {
      ownerId,
      conversationId,
      replyIds: deleted.cancelledReplyIds,
      nextReplyId: deleted.nextReplyId,
      news: {
        ...deleted.news,
        conversation: renderConversationState(deleted.conversation),
      },
    });
    return { status: 204 };
  };
}
