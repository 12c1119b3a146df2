import type { Usage, UsagePeriod } from "../schemas/usage.ts";

type Counts = Usage["total"];

/** Stored counts of one day or one model. */
export type UsageSource = Counts & { key: string };

const nothing: Counts = {
  replies: 0,
  inputTokens: 0,
  cachedTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  tokensCharged: 0,
};

function add(sum: Counts, row: Counts): Counts {
  return {
    replies: sum.replies + row.replies,
    inputTokens: sum.inputTokens + row.inputTokens,
    cachedTokens: sum.cachedTokens + row.cachedTokens,
    outputTokens: sum.outputTokens + row.outputTokens,
    reasoningTokens: sum.reasoningTokens + row.reasoningTokens,
    tokensCharged: sum.tokensCharged + row.tokensCharged,
  };
}

export function renderUsage({ from, to }: UsagePeriod, by: Usage["by"], rows: readonly UsageSource[]): Usage {
  const data = rows.map(({ key, ...counts }) => ({ [by]: key, ...counts }));
  return { from, to, by, data, total: rows.reduce(add, nothing) };
}
