import type { messageRoutes } from "@parley/contract/routes/messages";
import { newId } from "@parley/data/ids";
import { askAgain as queueReply } from "@parley/data/send-message";
import type { Operation } from "@parley/http/api-types";
import { problem } from "@parley/http/problem";
import { announceChange } from "@parley/jobs/announce-ending";
import { type EmbeddingQueue, embedMessages } from "@parley/jobs/embedding-queue";
import { addLogKeys } from "@parley/runtime/logger";
import { accepted, waitingReplyId } from "@parley/sending/accepted";
import type { AskingDependencies } from "@parley/sending/asking";
import { renderAskedMessage, renderQueued } from "@parley/sending/first-answer";
import { refusalOf } from "@parley/sending/refusal-problem";

/** Asks for another reply to a user message; the earlier answer stays until the new one is there. */
export function askAgain(
  dependencies: AskingDependencies & { embeddings: EmbeddingQueue },
): Operation<(typeof messageRoutes)["askAgain"]> {
  return async ({ params, body, caller, idempotency, requestId }) => {
    addLogKeys({ conversationId: params.conversationId });
    const asking = queueReply(dependencies.database, {
      ...params,
      ...dependencies.asking.terms,
      ownerId: caller.userId,
      replyId: newId(),
      model: body.model,
      settings: body.settings,
      onBusy: body.onBusy ?? "enqueue",
      replyIdempotencyKey: idempotency?.key,
      replyIdempotencyFingerprint: idempotency?.fingerprint,
    });
    dependencies.queue.warm();
    const asked = await asking;
    if (!("message" in asked)) throw refusalOf(asked, dependencies.asking.terms, body);
    const { message, reply } = asked;
    if (reply === undefined) throw problem("internal");
    addLogKeys({ replyId: reply.id });
    await announceChange(dependencies, requestId, {
      ownerId: caller.userId,
      conversationId: params.conversationId,
      replyIds: asked.cancelledReplyIds,
      nextReplyId: waitingReplyId(reply),
      news: asked.news,
    });
    await embedMessages(dependencies.embeddings, caller.userId, asked.stoppedMessageIds);
    return accepted(reply, asked.outcome, {
      message: renderAskedMessage(message, reply.id),
      reply: renderQueued(reply),
    });
  };
}
