import { type Retention, renderConversation } from "@parley/contract/render/conversation";
import { titleOf } from "@parley/contract/render/title";
import type { conversationRoutes } from "@parley/contract/routes/conversations";
import { type ForkedConversation, type NewFork, forkConversation as storeFork } from "@parley/data/forks";
import { newId } from "@parley/data/ids";
import type { ApiRequest, Operation } from "@parley/http/api-types";
import { replayHeader } from "@parley/http/idempotency";
import { problem } from "@parley/http/problem";
import { addLogKeys } from "@parley/runtime/logger";
import { accepted, waitingReplyId } from "@parley/sending/accepted";
import type { AskingDependencies } from "@parley/sending/asking";
import { renderNewMessage, renderQueued } from "@parley/sending/first-answer";
import { refusalProblem } from "@parley/sending/refusal-problem";

type Route = (typeof conversationRoutes)["forkConversation"];

function forkOf({ params, body, caller, idempotency }: ApiRequest<Route>): NewFork {
  return {
    ownerId: caller.userId,
    sourceId: params.conversationId,
    sourceMessageId: body.messageId,
    include: body.include,
    conversationId: newId(),
    // Keys belong to a route, and conversations are created by two; no key of a request has a space.
    conversationIdempotencyKey: idempotency && `fork ${idempotency.key}`,
    conversationIdempotencyFingerprint: idempotency?.fingerprint,
  };
}

function questionOf(
  { body, caller }: ApiRequest<Route>,
  { asking }: AskingDependencies,
): NewFork["question"] {
  if (body.message === undefined) return undefined;
  const { content, model, metadata } = body.message;
  return {
    ...asking.terms,
    ownerId: caller.userId,
    messageId: newId(),
    replyId: newId(),
    role: "user",
    content,
    firstTitle: titleOf(content),
    messageMetadata: metadata,
    model,
    onBusy: "enqueue",
  };
}

/** The fork as it was made, but for its settings, which may be others when the request is repeated. */
function renderFork({ conversation, copied, reply }: ForkedConversation, retention: Retention) {
  const made = {
    ...conversation,
    status: "active" as const,
    messageCount: copied + (reply === undefined ? 0 : 1),
    activeReplyId: reply?.id ?? null,
    updatedAt: conversation.createdAt,
    deletedAt: null,
  };
  return renderConversation(made, retention);
}

/** Copies a conversation up to a message (201); a question that comes with it is asked there at once (202). */
export function forkConversation(dependencies: AskingDependencies & Retention): Operation<Route> {
  return async (request) => {
    const { body, caller, requestId } = request;
    const { terms } = dependencies.asking;
    const storing = storeFork(dependencies.database, {
      ...forkOf(request),
      question: questionOf(request, dependencies),
    });
    if (body.message !== undefined) dependencies.queue.warm();
    const forked = await storing;
    if (forked.outcome === "point_deleted") {
      throw problem("conflict", { detail: "A deleted message cannot be included." });
    }
    if (!("conversation" in forked)) {
      throw refusalProblem(forked, terms, { "body.message.model": body.message?.model });
    }
    const { outcome, message, reply } = forked;
    const conversation = renderFork(forked, dependencies);
    addLogKeys({ conversationId: conversation.id });
    if (message === undefined || reply === undefined || body.message === undefined) {
      const headers = { Location: `/v1/conversations/${conversation.id}`, ...replayHeader(outcome) };
      return { status: 201, headers, body: conversation, etag: "1" };
    }
    addLogKeys({ replyId: reply.id });
    if (waitingReplyId(reply) !== null) {
      const target = { ownerId: caller.userId, replyId: reply.id, requestId };
      await Promise.all([
        dependencies.queue.enqueueReply(target),
        dependencies.realtime.announce(forked.news),
      ]);
    }
    return accepted(reply, outcome, {
      conversation,
      message: renderNewMessage(message, reply.id, body.message),
      reply: renderQueued(reply),
    });
  };
}
