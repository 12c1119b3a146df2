import type { ContentBlock, ConverseStreamOutput, TokenUsage } from "@aws-sdk/client-bedrock-runtime";
import { readEnding } from "../../ending.ts";
import type { ReportedUsage } from "../../provider.ts";
import type { StreamStep } from "../../reply-stream.ts";
import { type BlockReader, createBlockReader } from "./blocks.ts";

/** What Nova shows in place of its thoughts. */
const WITHHELD = /^\[REDACTED\]$/;

/** Reads the events of a streamed conversation. */
export async function* toSteps(events: AsyncIterable<ConverseStreamOutput>): AsyncGenerator<StreamStep> {
  const blocks = createBlockReader();
  for await (const { contentBlockStart, contentBlockDelta, messageStop, metadata } of events) {
    if (contentBlockStart) blocks.start(contentBlockStart);
    if (contentBlockDelta) {
      blocks.extend(contentBlockDelta);
      const { text, reasoningContent } = contentBlockDelta.delta ?? {};
      yield { text, reasoning: reasoningContent?.text?.replace(WITHHELD, "") };
    }
    if (messageStop) yield endOf(blocks, messageStop.stopReason);
    if (metadata) yield usageOf(metadata.usage);
  }
}

function endOf(blocks: BlockReader, reason: string | undefined): StreamStep {
  const end = readEnding(reason);
  const calls = blocks.calls();
  if (end !== "stop" || calls.length === 0) return { end };
  return { end: "tools", calls, memo: blocks.content() satisfies ContentBlock[] };
}

/** What was read from or written to the cache of prompts is counted apart from the other input. */
function usageOf(usage: TokenUsage | undefined): ReportedUsage {
  const { inputTokens, outputTokens, cacheReadInputTokens = 0, cacheWriteInputTokens = 0 } = usage ?? {};
  if (inputTokens === undefined) return { outputTokens };
  return {
    inputTokens: inputTokens + cacheReadInputTokens + cacheWriteInputTokens,
    cachedInputTokens: cacheReadInputTokens,
    outputTokens,
  };
}
