import type { Model } from "./models.ts";
import { openAiTokenCounter } from "./providers/openai/token-counter.ts";
import { estimateTokens } from "./token-count.ts";

/** Says how long a text is for a model. */
export interface TokenCounter {
  count(text: string): number;
  /** The part of the context to leave free, because counts may be too low. */
  readonly marginShare: number;
}

/** Knows no vocabulary; errs upwards. */
export const estimatingCounter: TokenCounter = { count: estimateTokens, marginShare: 0.1 };

/** Counts with the model's own vocabulary where it is known (OpenAI), and by a safe estimate elsewhere. */
export async function tokenCounterFor({ kind, name }: Pick<Model, "kind" | "name">): Promise<TokenCounter> {
  return (kind === "openai" && (await openAiTokenCounter(name))) || estimatingCounter;
}
