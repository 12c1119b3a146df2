import type { ReplyJob } from "@parley/jobs/reply-job";
import type { Model } from "@parley/llm/models";
import type { TokenUsage } from "@parley/llm/provider";
import { processSpan } from "@parley/runtime/span-kinds";
import type { Attributes, SpanAbout } from "@parley/runtime/telemetry/span";

/** One job, as the child of what sent it. */
export function jobSpan(job: ReplyJob, traceparent: string | undefined): SpanAbout {
  const attributes = {
    ...processSpan.attributes,
    "parley.job.kind": job.kind,
    "parley.reply.id": job.replyId,
    "parley.request.id": job.requestId,
    "user.id": job.ownerId,
  };
  return { ...processSpan, traceparent, attributes };
}

/** One call of a model. */
export function chatSpan(
  model: Pick<Model, "kind" | "provider" | "name">,
  reply: { ownerId: string; conversationId: string },
): SpanAbout {
  const attributes = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": model.kind === "bedrock" ? "aws.bedrock" : model.provider,
    "gen_ai.request.model": model.name,
    "gen_ai.conversation.id": reply.conversationId,
    "session.id": reply.conversationId,
    "user.id": reply.ownerId,
  };
  return { name: `chat ${model.name}`, kind: "client", attributes };
}

/** What a call has taken, and why it ended. */
export function answerAttributes(usage: TokenUsage, reason: "stop" | "length" | "tools"): Attributes {
  return {
    "gen_ai.usage.input_tokens": usage.inputTokens,
    "gen_ai.usage.output_tokens": usage.outputTokens,
    "gen_ai.response.finish_reasons": [reason === "tools" ? "tool_calls" : reason],
  };
}
