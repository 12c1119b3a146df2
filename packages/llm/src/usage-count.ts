import type { PromptRequest, TokenUsage, ToolCall } from "./provider.ts";
import { estimateCallTokens, estimatePromptTokens, estimateTokens } from "./token-count.ts";

/** Counts as a provider reports them; each may be missing, or be none. */
export type ReportedUsage = { readonly [Count in keyof TokenUsage]?: number | undefined };

/** What a model wrote, for counts that its provider does not report. */
interface Written {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly ToolCall[];
}

/** The usage of one answer: the latest of each count that was reported, and our estimate of the others. */
export interface UsageCount {
  add(reported: ReportedUsage): void;
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
      known = {
        inputTokens: usableCount(inputTokens) ?? known.inputTokens,
        cachedInputTokens: usableCount(cachedInputTokens) ?? known.cachedInputTokens,
        outputTokens: usableCount(outputTokens) ?? known.outputTokens,
        reasoningTokens: usableCount(reasoningTokens) ?? known.reasoningTokens,
      };
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
