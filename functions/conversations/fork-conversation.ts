import { type Retention, renderConversation } from "@parley/contract/render/conversation";
import { titleOf } from "@parley/contract/render/title";
import type { conversationRoutes } from "@parley/contract/routes/conversations";
import { type ForkedConversation, type NewFork, forkConversation as storeFork } from "@parley/data/forks";
import { newId } from "@parley/data/ids";
import type { ApiRequest, Operation } from "@parley/http/api-types";
import { problem } from "@parley/http/problem";
import type { AskingDependencies } from "@parley/sending/asking";
import { refusalProblem } from "@parley/sending/refusal-problem";
import { answerBegun } from "./answer-begun.ts";

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
  const { content, model, settings, metadata } = body.message;
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
    settings,
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
    const { body } = request;
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
      const models = { "body.message.model": body.message?.model };
      throw refusalProblem(forked, terms, models, { "body.message.settings": body.message?.settings });
    }
    return answerBegun(dependencies, request, renderFork(forked, dependencies), forked);
  };
}
