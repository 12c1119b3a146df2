import type { ReportedUsage, TokenUsage } from "@parley/llm/provider";
import { estimateTokens } from "@parley/llm/token-count";
import { addUsage } from "./transcript.ts";

/** What a reply has used so far: as its provider has counted, and where it has not told yet, as we estimate it. */
export interface CallUsage {
  add(text: string): void;
  addReasoning(text: string): void;
  told(reported: ReportedUsage): void;
  /** With the calls before this one. */
  total(): TokenUsage;
}

/**
 * Follows one call of a model.
 * @param before what the calls before it used
 * @param promptTokens of this one, by our count
 */
export function createCallUsage(before: TokenUsage, promptTokens: number): CallUsage {
  let known: ReportedUsage = {};
  // What was thought in all, and what was written or thought since the provider counted last.
  const pending = { text: "", thought: "" };
  let thought = 0;
  let uncounted = 0;

  /** In pieces as long as they come between two saves: of each delta alone it would be too much. */
  function estimate(): void {
    const thoughtNow = estimateTokens(pending.thought);
    uncounted += estimateTokens(pending.text) + thoughtNow;
    thought += thoughtNow;
    pending.text = "";
    pending.thought = "";
  }

  return {
    add(text) {
      pending.text += text;
    },
    addReasoning(text) {
      pending.thought += text;
    },
    told(reported) {
      if ((reported.outputTokens ?? 0) > (known.outputTokens ?? 0)) {
        estimate();
        uncounted = 0;
      }
      known = reported;
    },
    total() {
      estimate();
      // Some count nothing before they know.
      const inputTokens = known.inputTokens || promptTokens;
      const outputTokens = (known.outputTokens ?? 0) + uncounted;
      return addUsage(before, {
        inputTokens,
        cachedInputTokens: Math.min(known.cachedInputTokens ?? 0, inputTokens),
        outputTokens,
        reasoningTokens: Math.min(known.reasoningTokens || thought, outputTokens),
      });
    },
  };
}
