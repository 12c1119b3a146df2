import type { PromptRequest, ToolCall } from "./provider.ts";

const SAFETY_FACTOR = 1.15;
// What a chat format adds around each message; providers document 3 or 4.
const MESSAGE_OVERHEAD_TOKENS = 6;

// Kinds of ASCII characters, as bits; 0 is everything else.
const LOWER = 1;
const UPPER = 2;
const DIGIT = 4;
const VOWEL = 8;
const SPACE = 16;
const WORD = LOWER | UPPER | DIGIT;
const ASCII_KINDS = Uint8Array.from({ length: 0x80 }, (_, code) => {
  const character = String.fromCharCode(code);
  return (
    (/[a-z]/.test(character) ? LOWER : 0) |
    (/[A-Z]/.test(character) ? UPPER : 0) |
    (/\d/.test(character) ? DIGIT : 0) |
    (/[aeiouy]/i.test(character) ? VOWEL : 0) |
    (/\s/.test(character) ? SPACE : 0)
  );
});

/** Blanks outside ASCII; a set is ten times as fast as a regex. */
const WIDE_SPACES: ReadonlySet<number> = new Set(
  "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
    .split("")
    .map((blank) => blank.charCodeAt(0)),
);

/** Tokens a code point outside ASCII letters, digits and spaces takes; the first range that holds it counts. */
const COSTS: readonly { below: number; tokens: number }[] = [
  { below: 0x80, tokens: 0.9 }, // ASCII punctuation
  { below: 0x250, tokens: 1 }, // accented Latin
  { below: 0x590, tokens: 0.6 }, // Greek, Cyrillic, Armenian
  { below: 0x700, tokens: 0.9 }, // Hebrew, Arabic
  { below: 0x900, tokens: 2.5 }, // rare Semitic and African scripts
  { below: 0x1000, tokens: 1.25 }, // Indic scripts, Thai, Lao, Tibetan
  { below: 0x2000, tokens: 2.5 }, // Ethiopic, Georgian, Khmer and the like
  { below: 0x2e80, tokens: 2 }, // symbols, arrows, mathematics, joiners
  { below: 0x3100, tokens: 1 }, // Chinese punctuation, kana
  { below: 0x4e00, tokens: 2.5 }, // rare ideographs
  { below: 0xa000, tokens: 1.3 }, // Chinese characters
  { below: 0xac00, tokens: 2.5 },
  { below: 0xd7b0, tokens: 1.25 }, // Hangul
  { below: 0x10000, tokens: 2.5 },
];
const ASTRAL_TOKENS = 3;

/**
 * Estimates how many tokens a model makes of `text`, without a vocabulary. Meant to err upwards: against the
 * o200k_base and cl100k_base vocabularies it gives 0.95 to 2.7 times the true count for prose in Latin,
 * Cyrillic, Hebrew, Chinese, Japanese and Korean script, code, numbers, base64 and emoji; up to 5 times for
 * Indic, Thai and Arabic script, which the newer one packs better; down to 0.7 times for typed gibberish.
 * It never exceeds the UTF-8 length, which bounds any byte-level tokenizer.
 */
export function estimateTokens(text: string): number {
  let tokens = 0;
  let bytes = 0;
  // By hand: a worker counts a whole conversation for each reply, and a regex takes three times as long.
  for (let start = 0; start < text.length; ) {
    const kind = kindAt(text, start);
    let end = start + 1;
    if ((kind & WORD) !== 0) {
      let all = kind;
      let afterFirst = 0;
      for (let next = kindAt(text, end); (next & WORD) !== 0; next = kindAt(text, end)) {
        all |= next;
        afterFirst |= next;
        end += 1;
      }
      tokens += wordTokens(end - start, all, afterFirst);
      bytes += end - start;
    } else if (kind === SPACE) {
      while (kindAt(text, end) === SPACE) end += 1;
      tokens += spaceTokens(text, start, end);
      bytes += end - start;
    } else {
      const codePoint = text.codePointAt(start) ?? 0;
      if (codePoint > 0xffff) end += 1;
      tokens += codePointTokens(codePoint);
      bytes += utf8Length(codePoint);
    }
    start = end;
  }
  return Math.min(Math.ceil(tokens * SAFETY_FACTOR), bytes);
}

/** What the character is; 0 behind the text's end. */
function kindAt(text: string, index: number): number {
  const code = text.charCodeAt(index);
  if (code < 0x80) return ASCII_KINDS[code] ?? 0;
  return code >= 0x80 && WIDE_SPACES.has(code) ? SPACE : 0;
}

/**
 * Ordinary words are in the vocabulary; what does not look like one (keys, hashes, capitals) is spelled out.
 * @param all the kinds of all of its characters, and of those after the first
 */
function wordTokens(length: number, all: number, afterFirst: number): number {
  if ((all & WORD) === DIGIT) return Math.ceil(length / 3);
  if ((all & DIGIT) !== 0) return Math.max(1, length * 0.7);
  if ((afterFirst & UPPER) !== 0) return Math.max(1, length * ((all & LOWER) === 0 ? 0.45 : 0.3));
  if (length > 3 && (all & VOWEL) === 0) return length * 0.6;
  return length <= 7 ? 1 : 1 + (length - 7) / 3;
}

/** A single space belongs to the word after it; longer runs and line breaks are tokens of their own. */
function spaceTokens(text: string, start: number, end: number): number {
  if (end - start === 1 && text.charAt(start) === " ") return 0;
  return 1 + (end - start) / 16;
}

function codePointTokens(codePoint: number): number {
  return COSTS.find((cost) => codePoint < cost.below)?.tokens ?? ASTRAL_TOKENS;
}

function utf8Length(codePoint: number): number {
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x10000 ? 3 : 4;
}

type Countable = Pick<PromptRequest, "systemPrompt" | "messages" | "tools" | "rounds">;

/**
 * Estimates the tokens of a whole prompt, what the chat format adds included.
 * @param count of one text; by default without a vocabulary
 */
export function estimatePromptTokens(
  { systemPrompt, messages, tools, rounds = [] }: Countable,
  count: (text: string) => number = estimateTokens,
): number {
  const texts = [
    ...(systemPrompt ? [systemPrompt] : []),
    ...messages.map(({ data = "", content }) => `${data}${content}`),
    ...rounds.flatMap(({ text, results }) => [text, ...results]),
    ...(tools?.tools ?? []).map((tool) => JSON.stringify(tool)),
  ];
  return (
    texts.reduce((tokens, text) => tokens + count(text) + MESSAGE_OVERHEAD_TOKENS, 0) +
    rounds.reduce((tokens, { calls }) => tokens + estimateCallTokens(calls), 0)
  );
}

/** Estimates the tokens of tool calls that a model writes, or is shown again. */
export function estimateCallTokens(calls: readonly ToolCall[]): number {
  return calls.reduce(
    (tokens, call) => tokens + estimateTokens(call.name + call.arguments) + MESSAGE_OVERHEAD_TOKENS,
    0,
  );
}
