import { estimateTokens } from "./token-count.ts";

/** What is taken of an answer, so that a server which ignores the limit of its request cannot write without end. */
export interface OutputLimit {
  /** The beginning of a fragment that still belongs to the answer. */
  take(fragment: string): string;
  /** True once the answer has all that was asked for: the rest is not read. */
  readonly isReached: boolean;
}

// Our count errs upwards, by up to 2 for one token at a time; scripts that it gets more wrong have short tokens.
const margin = 2;
const shortestPerToken = 4;
/** Blanks and rules are the texts with the longest tokens. */
const longestPerToken = 16;
// The count is made anew for the whole text, because that of its fragments is too high.
const growthBetweenCounts = 1.25;

/** For one answer that was asked for with this limit. Answers of servers that keep to it are never cut. */
export function createOutputLimit(maxOutputTokens: number): OutputLimit {
  const longest = longestAnswer(maxOutputTokens);
  let text = "";
  let countAt = maxOutputTokens * shortestPerToken;
  let isReached = false;

  function count(): void {
    if (text.length < countAt) return;
    isReached = text.length >= longest || estimateTokens(text) > maxOutputTokens * margin;
    countAt = Math.min(longest, Math.ceil(text.length * growthBetweenCounts));
  }

  return {
    take(fragment) {
      const before = text.length;
      for (let taken = 0; taken < fragment.length && !isReached; count()) {
        const piece = fragment.slice(taken, taken + Math.max(1, countAt - text.length));
        taken += piece.length;
        text += piece;
      }
      return text.slice(before);
    },
    get isReached() {
      return isReached;
    },
  };
}

/** More characters than an answer, or the calls of a turn, can have. */
export function longestAnswer(maxOutputTokens: number): number {
  return maxOutputTokens * longestPerToken;
}

/** More characters than a server needs to send an answer, hidden reasoning and the wrapping of each token included. */
export function longestStream(maxOutputTokens: number): number {
  return 1024 * (1024 + maxOutputTokens);
}
