import type {
  MessageDeltaUsage,
  RawMessageStreamEvent,
  StopReason,
  Usage,
} from "@anthropic-ai/sdk/resources/messages";
import { readEnding } from "../../ending.ts";
import type { StreamStep } from "../../reply-stream.ts";
import { createBlockReader } from "./blocks.ts";

/** Reads the events of a streamed message. */
export async function* toSteps(events: AsyncIterable<RawMessageStreamEvent>): AsyncGenerator<StreamStep> {
  const blocks = createBlockReader();
  for await (const event of events) {
    blocks.read(event);
    if (event.type === "message_start") {
      yield { inputTokens: inputTokensOf(event.message.usage) };
    } else if (event.type === "content_block_delta" && event.delta.type === "text_delta") {
      yield { text: event.delta.text };
    } else if (event.type === "message_delta") {
      const end = toEnd(event.delta.stop_reason);
      yield {
        end,
        ...(end === "tools" && {
          calls: blocks.calls(),
          memo: { provider: "anthropic", content: blocks.content() },
        }),
        // Compatible servers count the input only at the end.
        inputTokens: inputTokensOf(event.usage),
        outputTokens: event.usage?.output_tokens,
      };
    }
  }
}

/** Anthropic counts what it read from or wrote to its prompt cache apart from the other input. */
function inputTokensOf(usage: Usage | MessageDeltaUsage | undefined): number | undefined {
  if (!usage?.input_tokens) return undefined;
  return usage.input_tokens + (usage.cache_creation_input_tokens ?? 0) + (usage.cache_read_input_tokens ?? 0);
}

function toEnd(reason: StopReason | null): StreamStep["end"] {
  return reason === "tool_use" ? "tools" : readEnding(reason);
}
