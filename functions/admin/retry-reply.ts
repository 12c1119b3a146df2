import { replayHeader, waitingReplyId } from "@parley/application/accepted";
import type { AskingParts } from "@parley/application/parts";
import type { adminRoutes } from "@parley/contract/routes/admin";
import { ownerOfFailedReply, retryReply as storeRetry } from "@parley/data/admin-replies";
import { newId } from "@parley/data/ids";
import type { Operation } from "@parley/http/api-types";
import { problem } from "@parley/http/problem";
import { announceChange } from "@parley/jobs/announce-ending";
import { addLogKeys } from "@parley/runtime/logger";
import { retryProblem } from "./refusals.ts";
import { renderReply } from "./render-reply.ts";

// An admin's haste is not the owner's.
const unlimited = { ratePerSecond: 0, ratePerMinute: 0 };

/** Asks the message of a failed reply again for its owner: the failed reply stays as it is. */
export function retryReply(parts: AskingParts): Operation<(typeof adminRoutes)["retryReply"]> {
  return async ({ params, caller, idempotency, requestId }) => {
    const ownerId = await ownerOfFailedReply(parts.database, params.replyId);
    if (ownerId === undefined) throw problem("not-found");
    const { terms } = parts.asking;
    const retried = await storeRetry(parts.database, {
      ...terms,
      ...unlimited,
      adminId: caller.userId,
      requestId,
      ownerId,
      failedReplyId: params.replyId,
      replyId: newId(),
      // Beside the owner's own keys, and no other admin's.
      replyIdempotencyKey: idempotency && `admin:${caller.userId}:${idempotency.key}`,
      replyIdempotencyFingerprint: idempotency?.fingerprint,
    });
    if (!("reply" in retried)) throw retryProblem(retried, terms);
    const { reply, outcome, news } = retried;
    addLogKeys({ replyId: reply.id, conversationId: reply.conversationId });
    await announceChange(parts, requestId, {
      ownerId,
      conversationId: reply.conversationId,
      replyIds: [],
      nextReplyId: waitingReplyId(reply),
      news,
    });
    return { status: 202, headers: replayHeader(outcome), body: renderReply(reply) };
  };
}
