import type {
  ContentBlock,
  ConverseStreamCommandInput,
  Message,
  ToolConfiguration,
} from "@aws-sdk/client-bedrock-runtime";
import { type Adjustments, adjustedMaxOutputTokens } from "../../adjustments.ts";
import { parsedObject } from "../../json-shape.ts";
import { writtenPrompt } from "../../prompt-text.ts";
import type { PromptRequest, ToolOffer, ToolRound } from "../../provider.ts";

type Document = NonNullable<ContentBlock.ToolUseMember["toolUse"]["input"]>;

/** A prompt as a conversation is asked for. */
export function toInput(request: PromptRequest, adjustments: Adjustments): ConverseStreamCommandInput {
  const { model, tools, rounds = [] } = request;
  const { system, messages } = writtenPrompt(request, adjustments);
  return {
    modelId: model,
    messages: [
      ...messages.map(({ role, content }) => ({ role, content: [{ text: content }] })),
      ...rounds.flatMap(toTurn),
    ],
    inferenceConfig: { maxTokens: adjustedMaxOutputTokens(request, adjustments) },
    ...(system && { system: [{ text: system }] }),
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
