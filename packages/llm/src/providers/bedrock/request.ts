import type {
  ContentBlock,
  ConverseStreamCommandInput,
  Message,
  ToolConfiguration,
} from "@aws-sdk/client-bedrock-runtime";
import { type Adjustments, adjustedMaxOutputTokens } from "../../adjustments.ts";
import { type CacheMarks, cacheMarks } from "../../cache-marks.ts";
import { parsedObject } from "../../json-shape.ts";
import { writtenPrompt } from "../../prompt-text.ts";
import type { PromptRequest, ToolOffer, ToolRound } from "../../provider.ts";
import { settingsToSend } from "../../refused-settings.ts";
import { toFields } from "./settings.ts";

// Models without caching refuse a cache point.
const CACHES = /anthropic\.claude|amazon\.nova/;
const NO_MARKS: CacheMarks = { system: false, end: false };
const CACHE_POINT = { cachePoint: { type: "default" } } as const;

type Document = NonNullable<ContentBlock.ToolUseMember["toolUse"]["input"]>;

/** A prompt as a conversation is asked for. */
export function toInput(request: PromptRequest, adjustments: Adjustments): ConverseStreamCommandInput {
  const { model, tools, rounds = [] } = request;
  const { system, messages } = writtenPrompt(request, adjustments);
  const marks = CACHES.test(model) ? cacheMarks(request, adjustments) : NO_MARKS;
  const settings = settingsToSend(request, adjustments.refused);
  const turns: Message[] = [
    ...messages.map(({ role, content }) => ({ role, content: [{ text: content }] })),
    ...rounds.flatMap(toTurn),
  ];
  return {
    modelId: model,
    messages: turns.map((turn, index) =>
      marks.end && index === turns.length - 1
        ? { ...turn, content: [...(turn.content ?? []), CACHE_POINT] }
        : turn,
    ),
    ...toFields(request, settings, adjustedMaxOutputTokens(request, adjustments)),
    ...(system && { system: [{ text: system }, ...(marks.system ? [CACHE_POINT] : [])] }),
    ...(tools && { toolConfig: toToolConfig(tools) }),
  };
}

// There is no choice of none: the tools must be named where rounds hold calls of them, and may be called.
function toToolConfig({ tools }: ToolOffer): ToolConfiguration {
  return {
    tools: tools.map(({ name, description, parameters }) => ({
      toolSpec: { name, description, inputSchema: { json: parameters as Document } },
    })),
  };
}

/** Another provider's ids may have characters that Bedrock refuses. */
function acceptedId(id: string): string {
  return id.replace(/[^\w-]/g, "_").slice(0, 64);
}

function toTurn({ text, calls, results, memo }: ToolRound): Message[] {
  const written: ContentBlock[] = [
    ...(text.trim() === "" ? [] : [{ text }]),
    ...calls.map(({ id, name, arguments: json }) => ({
      toolUse: { toolUseId: acceptedId(id), name, input: parsedObject(json) as Document },
    })),
  ];
  const given: ContentBlock[] = calls.map(({ id }, index) => ({
    // A result without text is refused.
    toolResult: { toolUseId: acceptedId(id), content: [{ text: results[index] || "(nothing)" }] },
  }));
  return [
    // Signed thinking must come back as it was.
    { role: "assistant", content: memo === undefined ? written : (memo.content as ContentBlock[]) },
    { role: "user", content: given },
  ];
}
