import type { PromptRequest, ReportedUsage, TokenUsage, ToolCall } from "./provider.ts";
import { estimateCallTokens, estimatePromptTokens, estimateTokens } from "./token-count.ts";

/** What a model wrote, for counts that its provider does not report. */
interface Written {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly ToolCall[];
}

/** The usage of one answer: the latest of each count that was reported, and our estimate of the others. */
export interface UsageCount {
  /** Takes over what is reported; all that is known by then, where that has changed. */
  add(reported: ReportedUsage): ReportedUsage | undefined;
  total(request: PromptRequest, written: Written): TokenUsage;
}

const MAX_TOKEN_COUNT = 100_000_000;

/** A count that no model can have reached is as good as none. */
function usableCount(count: number | undefined): number | undefined {
  return Number.isInteger(count) && Number(count) >= 0 && Number(count) <= MAX_TOKEN_COUNT
    ? count
    : undefined;
}

/** For one answer. */
export function createUsageCount(): UsageCount {
  let known: ReportedUsage = {};
  return {
    add({ inputTokens, cachedInputTokens, outputTokens, reasoningTokens }) {
      const before = known;
      known = {
        inputTokens: usableCount(inputTokens) ?? known.inputTokens,
        cachedInputTokens: usableCount(cachedInputTokens) ?? known.cachedInputTokens,
        outputTokens: usableCount(outputTokens) ?? known.outputTokens,
        reasoningTokens: usableCount(reasoningTokens) ?? known.reasoningTokens,
      };
      const hasChanged = Object.entries(known).some(
        ([name, count]) => before[name as keyof TokenUsage] !== count,
      );
      return hasChanged ? known : undefined;
    },
    total(request, { text, reasoning, calls }) {
      const thought = reasoning === "" ? 0 : estimateTokens(reasoning);
      const inputTokens = known.inputTokens ?? estimatePromptTokens(request);
      const outputTokens = known.outputTokens ?? estimateTokens(text) + estimateCallTokens(calls) + thought;
      return {
        inputTokens,
        cachedInputTokens: Math.min(known.cachedInputTokens ?? 0, inputTokens),
        outputTokens,
        // Some count 0 although they have shown what was thought.
        reasoningTokens: Math.min(known.reasoningTokens || thought, outputTokens),
      };
    },
  };
}
