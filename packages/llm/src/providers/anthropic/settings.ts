import type { OutputConfig, ThinkingConfigParam } from "@anthropic-ai/sdk/resources/messages";
import { alwaysThinks, thinksBetweenTools, thinksByEffort } from "../../claude.ts";
import type { PromptRequest, PromptSettings, ReasoningEffort } from "../../provider.ts";

interface Thinking {
  thinking?: ThinkingConfigParam;
  output_config?: OutputConfig;
}

const BUDGETS: Readonly<Record<ReasoningEffort, number>> = {
  none: 0,
  low: 2_048,
  medium: 8_192,
  high: 24_576,
};
const LEAST_BUDGET = 1_024;
const HIGHEST_TEMPERATURE = 1;

function thoughtByEffort(model: string, effort: ReasoningEffort): Thinking {
  if (effort !== "none" || alwaysThinks(model)) {
    return {
      // Left out, some models think and show nothing of it.
      thinking: { type: "adaptive", display: "summarized" },
      output_config: { effort: effort === "none" ? "low" : effort },
    };
  }
  return { thinking: { type: thinksBetweenTools(model) ? "between_tools" : "disabled" } };
}

/** How much a Claude is to think. */
export function toThinking(
  { model }: Pick<PromptRequest, "model">,
  effort: ReasoningEffort | undefined,
  maxTokens: number,
): Thinking {
  if (effort === undefined) return {};
  if (thinksByEffort(model)) return thoughtByEffort(model, effort);
  // The answer needs room beside what is thought.
  const budget = Math.min(BUDGETS[effort], Math.floor(maxTokens / 2));
  return budget < LEAST_BUDGET ? {} : { thinking: { type: "enabled", budget_tokens: budget } };
}

/** A Claude takes either, no temperature above 1, and neither of them while it thinks. */
export function toSampling(
  { temperature, topP }: PromptSettings,
  { thinking }: Thinking,
): Pick<PromptSettings, "temperature" | "topP"> {
  if (thinking?.type === "enabled" || thinking?.type === "adaptive") return {};
  if (temperature !== undefined) return { temperature: Math.min(temperature, HIGHEST_TEMPERATURE) };
  return topP === undefined ? {} : { topP };
}
