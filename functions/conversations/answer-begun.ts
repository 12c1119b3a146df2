import type { Conversation } from "@parley/contract/schemas/conversation";
import type { CreatedConversation } from "@parley/data/send-message";
import type { ApiResponse } from "@parley/http/api-types";
import { replayHeader } from "@parley/http/idempotency";
import { addLogKeys } from "@parley/runtime/logger";
import { accepted, waitingReplyId } from "@parley/sending/accepted";
import type { AskingDependencies } from "@parley/sending/asking";
import { renderNewMessage, renderQueued } from "@parley/sending/first-answer";

interface BegunRequest {
  caller: { userId: string };
  requestId: string;
  body: { message?: Parameters<typeof renderNewMessage>[2] | undefined };
}

/** Answers with a conversation that has been begun (201); a question that came with it goes to the queue (202). */
export async function answerBegun(
  { queue, realtime }: AskingDependencies,
  { caller, requestId, body }: BegunRequest,
  conversation: Conversation,
  { outcome, message, reply, news }: Omit<CreatedConversation, "conversation">,
): Promise<ApiResponse> {
  addLogKeys({ conversationId: conversation.id });
  if (message === undefined || reply === undefined || body.message === undefined) {
    const headers = { Location: `/v1/conversations/${conversation.id}`, ...replayHeader(outcome) };
    return { status: 201, headers, body: conversation, etag: "1" };
  }
  addLogKeys({ replyId: reply.id });
  // Nothing of a new conversation is cached yet: only its job is to be told of.
  if (waitingReplyId(reply) !== null) {
    const target = { ownerId: caller.userId, replyId: reply.id, requestId };
    await Promise.all([queue.enqueueReply(target), realtime.announce(news)]);
  }
  return accepted(reply, outcome, {
    conversation,
    message: renderNewMessage(message, reply.id, body.message),
    reply: renderQueued(reply),
  });
}
