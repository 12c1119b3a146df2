import type { Model } from "../workspace.ts";

/** What a model's answer costs, in words. */
export function priceOf({ price }: Pick<Model, "price">): string {
  if (price.kind === "flat")
    return price.tokens === 0 ? "free" : `${price.tokens.toLocaleString()} tokens a reply`;
  return `${price.inputPer1000} + ${price.outputPer1000} tokens per 1,000 read and written`;
}
