import { renderConversationState } from "@parley/contract/render/conversation";
import { titleOf } from "@parley/contract/render/title";
import type { messageRoutes } from "@parley/contract/routes/messages";
import { newId } from "@parley/data/ids";
import { sendMessage as storeMessage } from "@parley/data/send-message";
import type { ApiRequest, Operation } from "@parley/http/api-types";
import { replayHeader } from "@parley/http/idempotency";
import { announceChange } from "@parley/jobs/announce-ending";
import { type EmbeddingQueue, embedMessages } from "@parley/jobs/embedding-queue";
import { addLogKeys } from "@parley/runtime/logger";
import { accepted, waitingReplyId } from "@parley/sending/accepted";
import type { AskingDependencies } from "@parley/sending/asking";
import { renderNewMessage, renderQueued } from "@parley/sending/first-answer";
import { refusalOf } from "@parley/sending/refusal-problem";

type Route = (typeof messageRoutes)["sendMessage"];

function store({ database, asking }: AskingDependencies, request: ApiRequest<Route>) {
  const { id, content, role, replyTo, metadata, model, settings, onBusy = "enqueue" } = request.body;
  const message = {
    ownerId: request.caller.userId,
    conversationId: request.params.conversationId,
    messageId: id ?? newId(),
    isOwnMessageId: id !== undefined,
    content,
    firstTitle: titleOf(content),
    replyTo,
    metadata,
    idempotencyKey: request.idempotency?.key,
    idempotencyFingerprint: request.idempotency?.fingerprint,
  };
  if (role === "assistant") return storeMessage(database, { ...message, role });
  const question = { ...asking.terms, replyId: newId(), model, settings, onBusy };
  return storeMessage(database, { ...message, role, ...question });
}

/** Stores a message; a user's is answered in the background (202), an assistant's only imported (201). */
export function sendMessage(
  dependencies: AskingDependencies & { embeddings: EmbeddingQueue },
): Operation<Route> {
  return async (request) => {
    const { conversationId } = request.params;
    const ownerId = request.caller.userId;
    addLogKeys({ conversationId });
    const storing = store(dependencies, request);
    dependencies.queue.warm();
    const sent = await storing;
    if (!("message" in sent)) throw refusalOf(sent, dependencies.asking.terms, request.body);
    const { outcome, reply, cancelledReplyIds, stoppedMessageIds, titled } = sent;
    if (reply !== undefined) addLogKeys({ replyId: reply.id });
    await announceChange(dependencies, request.requestId, {
      ownerId,
      conversationId,
      replyIds: cancelledReplyIds,
      nextReplyId: waitingReplyId(reply),
      news: {
        ...sent.news,
        conversation: titled && renderConversationState(titled),
      },
    });
    const message = renderNewMessage(sent.message, reply?.id ?? null, request.body);
    // A question waits for its answer: the worker has both embedded.
    const finalIds = reply === undefined ? [message.id] : stoppedMessageIds;
    await embedMessages(dependencies.embeddings, ownerId, finalIds);
    if (reply !== undefined) return accepted(reply, outcome, { message, reply: renderQueued(reply) });
    const location = `/v1/conversations/${conversationId}/messages/${message.id}`;
    return {
      status: 201,
      headers: { Location: location, ...replayHeader(outcome) },
      body: { message },
    };
  };
}
