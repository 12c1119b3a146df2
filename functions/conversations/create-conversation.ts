import type { Retention } from "@parley/contract/render/conversation";
import { titleOf } from "@parley/contract/render/title";
import type { conversationRoutes } from "@parley/contract/routes/conversations";
import { newId } from "@parley/data/ids";
import { type FirstMessage, createConversation as storeConversation } from "@parley/data/send-message";
import type { ApiRequest, Operation } from "@parley/http/api-types";
import type { AskingDependencies } from "@parley/sending/asking";
import { renderNewConversation } from "@parley/sending/first-answer";
import { refusalProblem } from "@parley/sending/refusal-problem";
import { answerBegun } from "./answer-begun.ts";

type Route = (typeof conversationRoutes)["createConversation"];

function store({ database, asking }: AskingDependencies, { body, caller, idempotency }: ApiRequest<Route>) {
  const { id, message, model, settings, ...fields } = body;
  const ownerId = caller.userId;
  return storeConversation(database, {
    ...fields,
    ownerId,
    conversationId: id ?? newId(),
    isOwnConversationId: id !== undefined,
    conversationModel: model,
    conversationSettings: settings ?? undefined,
    models: asking.terms.models,
    providers: asking.terms.providers,
    defaultModel: asking.terms.defaultModel,
    conversationIdempotencyKey: idempotency?.key,
    conversationIdempotencyFingerprint: idempotency?.fingerprint,
    first: message && firstOf(message, asking, ownerId),
  });
}

function firstOf(
  { id, content, role, model, settings, metadata }: NonNullable<ApiRequest<Route>["body"]["message"]>,
  asking: AskingDependencies["asking"],
  ownerId: string,
): FirstMessage {
  const message = {
    messageId: id ?? newId(),
    isOwnMessageId: id !== undefined,
    content,
    firstTitle: titleOf(content),
    messageMetadata: metadata,
  };
  if (role === "assistant") return { ...message, role };
  return { ...message, role, ...asking.terms, ownerId, replyId: newId(), model, settings, onBusy: "enqueue" };
}

/** Creates a conversation (201); the reply to a first message of the user is queued at once (202). */
export function createConversation(dependencies: AskingDependencies & Retention): Operation<Route> {
  return async (request) => {
    const { body } = request;
    const storing = store(dependencies, request);
    if (body.message?.role === "user") dependencies.queue.warm();
    const created = await storing;
    if (!("conversation" in created)) {
      const named = { "body.model": body.model, "body.message.model": body.message?.model };
      const settings = { "body.message.settings": body.message?.settings, "body.settings": body.settings };
      throw refusalProblem(created, dependencies.asking.terms, named, settings);
    }
    const { message, reply } = created;
    const conversation = renderNewConversation(
      created.conversation,
      { replyId: reply?.id ?? null, messageCount: message === undefined ? 0 : 1 },
      body,
      dependencies,
    );
    return answerBegun(dependencies, request, conversation, created);
  };
}
