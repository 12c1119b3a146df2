import type { adminRoutes } from "@parley/contract/routes/admin";
import { ownerOfFailedReply, retryReply as storeRetry } from "@parley/data/admin-replies";
import { newId } from "@parley/data/ids";
import type { Operation } from "@parley/http/api-types";
import { replayHeader } from "@parley/http/idempotency";
import { problem } from "@parley/http/problem";
import { announceChange } from "@parley/jobs/announce-ending";
import { addLogKeys } from "@parley/runtime/logger";
import { waitingReplyId } from "@parley/sending/accepted";
import type { AskingDependencies } from "@parley/sending/asking";
import { retryProblem } from "./refusals.ts";
import { renderReply } from "./render-reply.ts";

// An admin's haste is not the owner's.
const unlimited = { ratePerSecond: 0, ratePerMinute: 0 };

/** Asks the message of a failed reply again for its owner: the failed reply stays as it is. */
export function retryReply(dependencies: AskingDependencies): Operation<(typeof adminRoutes)["retryReply"]> {
  return async ({ params, caller, idempotency, requestId }) => {
    const ownerId = await ownerOfFailedReply(dependencies.database, params.replyId);
    if (ownerId === undefined) throw problem("not-found");
    const { terms } = dependencies.asking;
    const retried = await storeRetry(dependencies.database, {
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
    await announceChange(dependencies, requestId, {
      ownerId,
      conversationId: reply.conversationId,
      replyIds: [],
      nextReplyId: waitingReplyId(reply),
      news,
    });
    return { status: 202, headers: replayHeader(outcome), body: renderReply(reply) };
  };
}
