import type { ChatCompletionCreateParamsStreaming, ChatCompletionMessageParam } from "openai/resources/chat";
import { type Adjustments, adjustedMaxOutputTokens } from "../../adjustments.ts";
import { writtenPrompt } from "../../prompt-text.ts";
import type { PromptRequest, ToolRound } from "../../provider.ts";
import { settingsToSend } from "../../refused-settings.ts";

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
  const { temperature, topP, reasoningEffort, stop } = settingsToSend(request, adjustments.refused);
  return {
    model,
    messages: [...toMessages(request, adjustments), ...rounds.flatMap(toTurn)],
    [limit]: adjustedMaxOutputTokens(request, adjustments),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { top_p: topP }),
    ...(reasoningEffort !== undefined && { reasoning_effort: reasoningEffort }),
    ...(stop !== undefined && { stop: [...stop] }),
    stream: true,
    ...(!adjustments.withoutUsage && { stream_options: { include_usage: true } }),
    ...(tools && {
      tools: tools.tools.map((tool) => ({ type: "function" as const, function: { ...tool } })),
      tool_choice: tools.choice,
    }),
  };
}

function toMessages(request: PromptRequest, adjustments: Adjustments): ChatCompletionMessageParam[] {
  const { system, messages } = writtenPrompt(request, adjustments);
  return [...(system ? [{ role: "system" as const, content: system }] : []), ...messages];
}

function toTurn({ text, calls, results, memo }: ToolRound): ChatCompletionMessageParam[] {
  const called = calls.map(({ id, name, arguments: written }) => ({
    id,
    type: "function" as const,
    function: { name, arguments: written },
  }));
  const own: ChatCompletionMessageParam =
    memo === undefined
      ? { role: "assistant", content: text === "" ? null : text, tool_calls: called }
      : // Servers refuse a turn that lacks what they signed or thought.
        (memo.content as ChatCompletionMessageParam);
  return [
    own,
    ...calls.map(({ id }, index) => ({
      role: "tool" as const,
      tool_call_id: id,
      content: results[index] ?? "",
    })),
  ];
}
