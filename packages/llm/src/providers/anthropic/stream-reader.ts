import { readEnding } from "../../ending.ts";
import { type JsonObject, listOf, numberOf, objectOf, property, textOf } from "../../json-shape.ts";
import type { StreamStep } from "../../reply-stream.ts";
import { type BlockReader, createBlockReader } from "./blocks.ts";

/** Reads the events of a streamed message, or a whole one. */
export async function* toSteps(events: AsyncIterable<JsonObject>): AsyncGenerator<StreamStep> {
  const blocks = createBlockReader();
  for await (const event of events) {
    const { type, index, usage } = event;
    if (type === "message_start") {
      yield { inputTokens: inputTokensOf(property(event, "message", "usage")) };
    } else if (type === "content_block_start") {
      yield startBlock(blocks, index, objectOf(event.content_block));
    } else if (type === "content_block_delta") {
      const delta = objectOf(event.delta);
      blocks.extend(index, delta);
      if (delta.type === "text_delta") yield { text: textOf(delta.text) };
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
  return { text: block.type === "text" ? textOf(block.text) : undefined };
}

function endOf(blocks: BlockReader, reason: unknown, usage: unknown): StreamStep {
  const end = readEnding(textOf(reason));
  const calls = blocks.calls();
  return {
    ...(end === "stop" && calls.length > 0 ? { end: "tools", calls, memo: blocks.content() } : { end }),
    // Compatible servers count the input only at the end.
    inputTokens: inputTokensOf(usage),
    outputTokens: numberOf(property(usage, "output_tokens")),
  };
}

/** Anthropic counts what it read from or wrote to its prompt cache apart from the other input. */
function inputTokensOf(usage: unknown): number | undefined {
  const input = numberOf(property(usage, "input_tokens"));
  if (!input) return undefined;
  const cached = ["cache_creation_input_tokens", "cache_read_input_tokens"].map(
    (key) => numberOf(property(usage, key)) ?? 0,
  );
  return cached.reduce((sum, tokens) => sum + tokens, input);
}
