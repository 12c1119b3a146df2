import type {
  ContentBlockParam,
  MessageCreateParamsStreaming,
  MessageParam,
} from "@anthropic-ai/sdk/resources/messages";
import { type Adjustments, adjustedMaxOutputTokens } from "../../adjustments.ts";
import { cacheMarks } from "../../cache-marks.ts";
import { parsedObject } from "../../json-shape.ts";
import { withData } from "../../prompt-text.ts";
import type { PromptRequest, ToolRound } from "../../provider.ts";
import { settingsToSend } from "../../refused-settings.ts";
import { toSampling, toThinking } from "./settings.ts";

/** The SDK has forgotten what only earlier models take. */
type Params = MessageCreateParamsStreaming & { temperature?: number; top_p?: number };

/** A prompt as a message is asked for. */
export function toParams(request: PromptRequest, adjustments: Adjustments): Params {
  const { model, messages, systemPrompt, tools, rounds = [] } = request;
  const marks = cacheMarks(request, adjustments);
  const turns: MessageParam[] = [
    ...messages.map((message) => ({ role: message.role, content: withData(message) })),
    ...rounds.flatMap(toTurn),
  ];
  const settings = settingsToSend(request, adjustments.refused);
  const maxTokens = adjustedMaxOutputTokens(request, adjustments);
  const thinking = toThinking(request, settings.reasoningEffort, maxTokens);
  const { temperature, topP } = toSampling(settings, thinking);
  return {
    model,
    max_tokens: maxTokens,
    ...thinking,
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { top_p: topP }),
    ...(settings.stop && { stop_sequences: [...settings.stop] }),
    messages: marks.end ? withMark(turns) : turns,
    stream: true,
    ...(systemPrompt && { system: marks.system ? [marked(systemPrompt)] : systemPrompt }),
    ...(tools && {
      tools: tools.tools.map(({ name, description, parameters }) => ({
        name,
        description,
        input_schema: { ...parameters, type: "object" as const },
      })),
      tool_choice: { type: tools.choice },
    }),
  };
}

const cache_control = { type: "ephemeral" } as const;

function marked(text: string) {
  return { type: "text" as const, text, cache_control };
}

/** The last message with the mark; it is always a user's, with its text or with results of tools. */
function withMark(turns: readonly MessageParam[]): MessageParam[] {
  const last = turns.at(-1);
  if (last === undefined) return [];
  const { content } = last;
  const blocks =
    typeof content === "string"
      ? [marked(content)]
      : content.map((block, place) =>
          place === content.length - 1 && block.type === "tool_result" ? { ...block, cache_control } : block,
        );
  return [...turns.slice(0, -1), { role: "user", content: blocks }];
}

/** Another provider's ids may have characters that Anthropic refuses. */
function acceptedId(id: string): string {
  return id.replace(/[^\w-]/g, "_");
}

function toTurn({ text, calls, results, memo }: ToolRound): MessageParam[] {
  const isOwn = memo !== undefined;
  const content: ContentBlockParam[] = isOwn
    ? // Its own blocks: signed thinking must come back as it was.
      (memo.content as ContentBlockParam[])
    : [
        ...(text.trim() === "" ? [] : [{ type: "text" as const, text }]),
        ...calls.map(({ id, name, arguments: written }) => ({
          type: "tool_use" as const,
          id: acceptedId(id),
          name,
          input: parsedObject(written),
        })),
      ];
  const given = calls.map(({ id }, index) => ({
    type: "tool_result" as const,
    tool_use_id: isOwn ? id : acceptedId(id),
    content: results[index] ?? "",
  }));
  return [
    { role: "assistant", content },
    { role: "user", content: given },
  ];
}
