import { estimateTokens } from "../../token-count.ts";
import type { TokenCounter } from "../../token-counter.ts";

// What tools and roles add is not documented to the token, so that some margin is left here too.
const TOKENIZER_MARGIN = 0.02;

/** OpenAI's models that read o200k_base; other models behind a base URL of one's own have other vocabularies. */
const O200K_MODELS = /^(?:gpt-(?:oss|4o|4\.[1-9]|[5-9]|\d\d)|chatgpt-|o\d)/;

// The tokenizer's time grows with the square of an unbroken run: 32 768 letters in one take seconds.
const LONGEST_RUN = 128;
const HAS_LONG_RUN = new RegExp(`\\S{${LONGEST_RUN + 1}}|\\s{${LONGEST_RUN + 1}}`, "u");
const RUNS = new RegExp(`\\s?\\S{1,${LONGEST_RUN}}|\\s{1,${LONGEST_RUN}}`, "gu");

// Random letters take nine microseconds each. Of a longer text parts are counted, and the whole is estimated by them.
const LONGEST_COUNTED = 2_048;
const SAMPLES = 4;
const SAMPLE_LENGTH = 256;
const SAMPLE_MARGIN = 1.02;

// Special tokens in a message are text like any other.
const PLAIN_TEXT = { disallowedSpecial: new Set<string>() };

let o200k: Promise<TokenCounter> | undefined;

/** The vocabulary has 2 MB: loaded with the first prompt that needs it. */
async function loadO200k(): Promise<TokenCounter> {
  const { countTokens } = await import("gpt-tokenizer/encoding/o200k_base");
  const count = (text: string): number => countTokens(text, PLAIN_TEXT);
  const countRuns = (text: string): number =>
    HAS_LONG_RUN.test(text)
      ? (text.match(RUNS) ?? []).reduce((sum, run) => sum + count(run), 0)
      : count(text);
  return {
    count: (text) => (text.length > LONGEST_COUNTED ? countBySamples(text, countRuns) : countRuns(text)),
    marginShare: TOKENIZER_MARGIN,
  };
}

function countBySamples(text: string, count: (text: string) => number): number {
  const step = Math.floor((text.length - SAMPLE_LENGTH) / (SAMPLES - 1));
  let counted = 0;
  let estimated = 0;
  for (let start = 0; start + SAMPLE_LENGTH <= text.length; start += step) {
    const sample = text.slice(start, start + SAMPLE_LENGTH);
    counted += count(sample);
    estimated += estimateTokens(sample);
  }
  return Math.ceil((estimateTokens(text) * SAMPLE_MARGIN * counted) / estimated);
}

/** A counter for models whose vocabulary is known; undefined for others. */
export function openAiTokenCounter(model: string): Promise<TokenCounter> | undefined {
  if (!O200K_MODELS.test(model)) return undefined;
  o200k ??= loadO200k();
  return o200k;
}
