import type { ChatCompletionCreateParamsStreaming, ChatCompletionMessageParam } from "openai/resources/chat";
import { withData } from "../../prompt-text.ts";
import type { PromptRequest, ToolRound } from "../../provider.ts";

/** A prompt as a chat completion is asked for. */
export function toParams(request: PromptRequest): ChatCompletionCreateParamsStreaming {
  const { model, systemPrompt, messages, tools, rounds = [] } = request;
  const system = systemPrompt ? [{ role: "system" as const, content: systemPrompt }] : [];
  return {
    model,
    messages: [
      ...system,
      ...messages.map((message) => ({ role: message.role, content: withData(message) })),
      ...rounds.flatMap(toTurn),
    ],
    stream: true,
    stream_options: { include_usage: true },
    ...(tools && {
      tools: tools.tools.map((tool) => ({ type: "function" as const, function: { ...tool } })),
      tool_choice: tools.choice,
    }),
  };
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
