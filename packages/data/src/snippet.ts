/** A part of a text, and what of it matches: half open, in Unicode code points of the snippet. */
export interface Snippet {
  snippet: string;
  highlights: { start: number; end: number }[];
}

/** Which of the words that were asked for a folded word of a text is. */
export type MatchWord = (word: string) => string | undefined;

interface Span {
  start: number;
  end: number;
}

interface Match extends Span {
  /** Its place among the words of the text. */
  place: number;
  word: string;
}

// biome-ignore format: one line reads best.
const plainLetters: Readonly<Record<string, string>> = { ł: "l", đ: "d", ð: "d", ø: "o", ß: "ss", æ: "ae", œ: "oe", ı: "i", ħ: "h", þ: "th", ς: "σ" };

// Accents and vowel points, and the hyphen that nobody sees.
const unmarked =
  /\u00ad|[\u0300-\u036f]|[\u0591-\u05bd]|\u05bf|[\u05c1\u05c2]|[\u05c4\u05c5]|\u05c7|[\u0610-\u061a]|[\u064b-\u065f]|\u0670|[\u06d6-\u06dc]/g;

/** As `fold_text` of the database: the text as it is compared. */
function fold(text: string): string {
  if (/^\p{ASCII}*$/u.test(text)) return text.toLowerCase();
  return text
    .normalize("NFKD")
    .toLowerCase()
    .replace(unmarked, "")
    .normalize("NFC")
    .replace(/[łđðøßæœıħþς]/g, (letter) => plainLetters[letter] ?? letter);
}

// A text of one word a thousand times needs no more to choose from.
const maxMatches = 500;

/** The words of a text, and which of them match. */
function findMatches(text: string, matchWord: MatchWord): { words: Span[]; matches: Match[] } {
  const words: Span[] = [];
  const matches: Match[] = [];
  for (const { 0: word, index: start } of text.matchAll(/[\p{L}\p{M}\p{N}]+/gu)) {
    const span = { start, end: start + word.length };
    const folded = fold(word);
    // The parser ends a number such as 4e5 where it can.
    const [, number = "", rest = ""] = /^(\d+e\d+)(.+)$/.exec(folded) ?? [];
    const found = matchWord(folded) ?? (matchWord(number) && matchWord(rest));
    if (found !== undefined && matches.length < maxMatches)
      matches.push({ ...span, place: words.length, word: found });
    words.push(span);
  }
  return { words, matches };
}

interface Fragment {
  matches: Match[];
  different: number;
}

/** Matches that stand within so many words of each other, from each match on. */
function fragmentsOf(matches: readonly Match[], length: number): Fragment[] {
  return matches.map(({ place }, index) => {
    const near = matches.slice(index, index + length).filter((match) => match.place < place + length);
    return { matches: near, different: new Set(near.map(({ word }) => word)).size };
  });
}

/** So many words with these matches in their middle. */
function around(text: string, words: readonly Span[], matches: readonly Match[], length: number): Span {
  const first = matches[0]?.place ?? 0;
  const last = matches.at(-1)?.place ?? 0;
  const from = Math.max(0, Math.min(first - ((length - (last - first)) >> 1), words.length - length));
  const to = from + length;
  return {
    start: from === 0 ? 0 : (words[from]?.start ?? 0),
    end: to >= words.length ? text.length : (words[to - 1]?.end ?? text.length),
  };
}

const longestSnippet = 2_000;

/** No longer than a snippet may be, and with `at` in it; a word may be as long as a sentence. */
function cropped({ start, end }: Span, text: string, at: number): Span {
  if (end - start <= longestSnippet) return { start, end };
  const from = Math.max(start, at - 200);
  const isHalf = (place: number) => /^[\udc00-\udfff]/.test(text.slice(place, place + 1));
  const to = Math.min(end, from + longestSnippet);
  return { start: isHalf(from) ? from - 1 : from, end: isHalf(to) ? to - 1 : to };
}

function toSnippet(text: string, { start, end }: Span, marks: readonly Span[]): Snippet {
  const length = (from: number, to: number) => [...text.slice(from, to)].length;
  return {
    snippet: text.slice(start, end),
    highlights: marks
      .filter((mark) => mark.start >= start && mark.end <= end)
      .map((mark) => {
        const before = length(start, mark.start);
        return { start: before, end: before + length(mark.start, mark.end) };
      }),
  };
}

/** Where a text has `q`, accents and such aside. */
function findLiteral(text: string, q: string): Span | undefined {
  const wanted = fold(q);
  let folded = "";
  const places: Span[] = [];
  let start = 0;
  for (const character of text) {
    const end = start + character.length;
    const plain = fold(character);
    folded += plain;
    for (let count = 0; count < plain.length; count++) places.push({ start, end });
    const last = places.at(-1);
    // An accent that stands behind its letter belongs to it.
    if (plain === "" && last !== undefined) last.end = end;
    start = end;
  }
  const at = wanted === "" ? -1 : folded.indexOf(wanted);
  const [first, last] = [places[at], places[at + wanted.length - 1]];
  return first && last && { start: first.start, end: last.end };
}

const snippetWords = 40;
/** What is searched of a text, in characters. */
const longestSearched = 250_000;

/** The part of a text that has the most of the words, or else where it has `q`, or else its beginning. */
export function snippetOf(stored: string, matchWord: MatchWord, q: string): Snippet {
  const text = stored.slice(0, longestSearched);
  const { words, matches } = findMatches(text, matchWord);
  let best: Fragment | undefined;
  for (const fragment of fragmentsOf(matches, snippetWords)) {
    if (fragment.different > (best?.different ?? 0)) best = fragment;
  }
  if (best !== undefined) {
    const part = around(text, words, best.matches, snippetWords);
    return toSnippet(text, cropped(part, text, best.matches[0]?.start ?? 0), matches);
  }
  const literal = findLiteral(text, q);
  const at = literal?.start ?? 0;
  const near = words.findIndex(({ end }) => end > at);
  const place = near === -1 ? words.length : near;
  const part = around(text, words, [{ start: at, end: at, place, word: "" }], snippetWords);
  return toSnippet(text, cropped(part, text, at), literal === undefined ? [] : [literal]);
}

/** The parts of a text that have the most of the words, in its order: up to `count` of so many words each. */
export function excerptOf(text: string, matchWord: MatchWord, count: number, length: number): string {
  const { words, matches } = findMatches(text, matchWord);
  const apart: Fragment[] = [];
  for (const fragment of fragmentsOf(matches, length)) {
    const last = apart.at(-1)?.matches.at(-1)?.place ?? -1;
    if ((fragment.matches[0]?.place ?? 0) > last) apart.push(fragment);
  }
  const best = new Set(apart.toSorted((a, b) => b.different - a.different).slice(0, count));
  return apart
    .filter((fragment) => best.has(fragment))
    .map(({ matches: near }) => cropped(around(text, words, near, length), text, near[0]?.start ?? 0))
    .map(({ start, end }) => text.slice(start, end))
    .join(" … ");
}
