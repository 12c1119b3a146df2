import { readEnding } from "../../ending.ts";
import { type JsonObject, listOf, numberOf, objectOf, property, textOf } from "../../json-shape.ts";
import type { ReportedUsage } from "../../provider.ts";
import type { StreamStep } from "../../reply-stream.ts";
import { type BlockReader, createBlockReader } from "./blocks.ts";

/** Reads the events of a streamed message, or a whole one. */
export async function* toSteps(events: AsyncIterable<JsonObject>): AsyncGenerator<StreamStep> {
  const blocks = createBlockReader();
  for await (const event of events) {
    const { type, index, usage } = event;
    if (type === "message_start") {
      yield usageOf(property(event, "message", "usage"));
    } else if (type === "content_block_start") {
      yield startBlock(blocks, index, objectOf(event.content_block));
    } else if (type === "content_block_delta") {
      const delta = objectOf(event.delta);
      blocks.extend(index, delta);
      if (delta.type === "text_delta") yield { text: textOf(delta.text) };
      else if (delta.type === "thinking_delta") yield { reasoning: textOf(delta.thinking) };
    } else if (type === "message_delta") {
      yield endOf(blocks, property(event, "delta", "stop_reason"), usage);
    } else if (type === "message") {
      for (const [place, block] of listOf(event.content).entries()) {
        yield startBlock(blocks, place, objectOf(block));
      }
      yield endOf(blocks, event.stop_reason, usage);
    }
  }
}

/** Compatible servers put into the start of a block what Anthropic sends in deltas. */
function startBlock(blocks: BlockReader, index: unknown, block: JsonObject): StreamStep {
  blocks.start(index, block);
  if (block.type === "thinking") return { reasoning: textOf(block.thinking) };
  return { text: block.type === "text" ? textOf(block.text) : undefined };
}

function endOf(blocks: BlockReader, reason: unknown, usage: unknown): StreamStep {
  const end = readEnding(textOf(reason));
  const calls = blocks.calls();
  return {
    ...(end === "stop" && calls.length > 0 ? { end: "tools", calls, memo: blocks.content() } : { end }),
    // Compatible servers count the input only at the end.
    ...usageOf(usage),
    outputTokens: numberOf(property(usage, "output_tokens")),
  };
}

/** Anthropic counts what it read from or wrote to its prompt cache apart from the other input. */
function usageOf(usage: unknown): ReportedUsage {
  const count = (...path: string[]) => numberOf(property(usage, ...path)) ?? 0;
  const cached = count("cache_read_input_tokens");
  const input = count("input_tokens") + count("cache_creation_input_tokens") + cached;
  return {
    // A count of nothing is none: some servers fill it in before they know.
    ...(input > 0 && { inputTokens: input, cachedInputTokens: cached }),
    reasoningTokens: numberOf(property(usage, "output_tokens_details", "thinking_tokens")),
  };
}
