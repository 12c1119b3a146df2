import type { ChatCompletionChunk } from "openai/resources/chat";
import { readEnding } from "../../ending.ts";
import type { ToolCall } from "../../provider.ts";
import type { StreamStep } from "../../reply-stream.ts";

/** Reads the chunks of a streamed completion. */
export async function* toSteps(chunks: AsyncIterable<ChatCompletionChunk>): AsyncGenerator<StreamStep> {
  const calls: ToolCall[] = [];
  for await (const chunk of chunks) {
    // Compatible servers leave out what OpenAI's types promise.
    const choice = chunk.choices?.[0];
    for (const part of choice?.delta?.tool_calls ?? []) addCallPart(calls, part);
    const end = readEnding(choice?.finish_reason);
    yield {
      text: choice?.delta?.content ?? choice?.delta?.refusal ?? undefined,
      // Some servers call tools and say `stop`.
      ...(end === "stop" && calls.length > 0
        ? { end: "tools", calls: calls.filter((call) => call !== undefined) }
        : { end }),
      inputTokens: chunk.usage?.prompt_tokens,
      outputTokens: chunk.usage?.completion_tokens,
    };
  }
}

type CallPart = NonNullable<ChatCompletionChunk.Choice.Delta["tool_calls"]>[number];

/** The first part of a call has its name, the others go on with its arguments; servers may leave the id out. */
function addCallPart(calls: ToolCall[], { index, id, function: part }: CallPart): void {
  const place = index ?? calls.length;
  const { id: known, name = "", arguments: written = "" } = calls[place] ?? {};
  calls[place] = {
    id: known || id || `call_${place}`,
    name: name + (part?.name ?? ""),
    arguments: written + (part?.arguments ?? ""),
  };
}
