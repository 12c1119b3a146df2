import type { ChatCompletionCreateParamsStreaming, ChatCompletionMessageParam } from "openai/resources/chat";
import { type Adjustments, adjustedMaxOutputTokens } from "../../adjustments.ts";
import { withData } from "../../prompt-text.ts";
import type { PromptRequest, ToolRound } from "../../provider.ts";

type LimitName = "max_tokens" | "max_completion_tokens";

const OTHER_LIMIT_NAME = {
  max_tokens: "max_completion_tokens",
  max_completion_tokens: "max_tokens",
} as const;

/** A prompt as a chat completion is asked for. */
export function toParams(
  request: PromptRequest,
  adjustments: Adjustments,
  limitName: LimitName,
): ChatCompletionCreateParamsStreaming {
  const { model, tools, rounds = [] } = request;
  const limit = adjustments.otherLimitName ? OTHER_LIMIT_NAME[limitName] : limitName;
  return {
    model,
    messages: [...toMessages(request, adjustments), ...rounds.flatMap(toTurn)],
    [limit]: adjustedMaxOutputTokens(request, adjustments),
    stream: true,
    ...(!adjustments.withoutUsage && { stream_options: { include_usage: true } }),
    ...(tools && {
      tools: tools.tools.map((tool) => ({ type: "function" as const, function: { ...tool } })),
      tool_choice: tools.choice,
    }),
  };
}

function toMessages(
  { systemPrompt, messages }: PromptRequest,
  { withoutSystemRole }: Adjustments,
): ChatCompletionMessageParam[] {
  const written = messages.map((message) => ({ role: message.role, content: withData(message) }));
  const system = systemPrompt || undefined;
  if (!withoutSystemRole)
    return [...(system ? [{ role: "system" as const, content: system }] : []), ...written];
  const [first, ...others] = written.slice(written.findIndex(({ role }) => role === "user"));
  if (first === undefined) return written;
  return [{ ...first, content: system ? `${system}\n\n${first.content}` : first.content }, ...others];
}

function toTurn({ text, calls, results, memo }: ToolRound): ChatCompletionMessageParam[] {
  const called = calls.map(({ id, name, arguments: written }) => ({
    id,
    type: "function" as const,
    function: { name, arguments: written },
  }));
  const own: ChatCompletionMessageParam =
    memo?.provider === "openai"
      ? // Servers refuse a turn that lacks what they signed or thought.
        (memo.content as ChatCompletionMessageParam)
      : { role: "assistant", content: text === "" ? null : text, tool_calls: called };
  return [
    own,
    ...calls.map(({ id }, index) => ({
      role: "tool" as const,
      tool_call_id: id,
      content: results[index] ?? "",
    })),
  ];
}
