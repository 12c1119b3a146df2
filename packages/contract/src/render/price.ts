import type { Price } from "../schemas/tokens.ts";

/** A price as it is stored: flat, or per 1 000 of the model's tokens. */
export interface PriceSource {
  priceFlat?: number | null | undefined;
  priceInput?: number | null | undefined;
  priceOutput?: number | null | undefined;
  priceCachedInput?: number | null | undefined;
}

export function renderPrice({ priceFlat, priceInput, priceOutput, priceCachedInput }: PriceSource): Price {
  if (priceFlat !== null && priceFlat !== undefined) return { kind: "flat", tokens: priceFlat };
  const metered = {
    kind: "metered",
    inputPer1000: priceInput ?? 0,
    outputPer1000: priceOutput ?? 0,
  } as const;
  return typeof priceCachedInput === "number"
    ? { ...metered, cachedInputPer1000: priceCachedInput }
    : metered;
}
