/** Longest title that is made of a text, in code points. */
const longestTitle = 60;
/** A title is looked for in the beginning of a text. */
const readLength = 1_000;

/** What Markdown and HTML write around words, and the words. */
const markup: readonly (readonly [RegExp, string])[] = [
  [/^\s*(```|~~~).*$/gmu, " "],
  [/^\s*(?:>\s?|#{1,6}\s+|[-*+]\s+|\d{1,3}[.)]\s+)+/gmu, ""],
  // The line below a table's head, and what stands around its rows.
  [/^\s*\|?\s*:?-{3,}[\s:|-]*$/gmu, " "],
  [/^\s*\|(.*)\|\s*$/gmu, "$1"],
  [/!?\[([^\]]*)\]\([^)]*\)/gu, "$1"],
  [/<!--.*?-->|<\/?[a-z][a-z0-9-]*(?:\s[^<>]*)?\/?>/gsu, " "],
  [/(\*\*|__|~~)(?=\S)(.+?)(?<=\S)\1/gu, "$2"],
  [/(?<![\p{L}\p{N}*_])([*_])(?=\S)(.+?)(?<=\S)\1(?![\p{L}\p{N}*_])/gu, "$2"],
  [/`+/gu, ""],
  [/\\([\\`*_{}[\]()#+\-.!>])/gu, "$1"],
  [/\s+/gu, " "],
];

function codePoints(text: string): number {
  return Array.from(text).length;
}

/** As many segments from the beginning as leave room for an ellipsis. */
function fitting(text: string, granularity: "word" | "grapheme"): string {
  let fitted = "";
  let length = 0;
  for (const { segment } of new Intl.Segmenter(undefined, { granularity }).segment(text)) {
    length += codePoints(segment);
    if (length >= longestTitle) break;
    fitted += segment;
  }
  return fitted;
}

function cut(text: string): string {
  const words = fitting(text, "word");
  // In most scripts a word ends at a space; a segment may be a part of an address.
  const space = text[words.length] === " " ? words.length : words.lastIndexOf(" ");
  const kept =
    codePoints(words.slice(0, Math.max(space, 0))) * 2 > longestTitle ? words.slice(0, space) : words;
  return `${(kept.trim() || fitting(text, "grapheme")).replace(/[\s,;:–—-]+$/u, "")}…`;
}

/** The first words of a text without its markup, 60 code points at most; undefined where there are none. */
export function titleOf(text: string): string | undefined {
  let plain = text.slice(0, readLength).replace(/[\uD800-\uDBFF]$/, "");
  for (const [pattern, replacement] of markup) plain = plain.replace(pattern, replacement);
  plain = plain.trim();
  if (!/[\p{L}\p{N}\p{S}\p{P}]/u.test(plain)) return undefined;
  return codePoints(plain) <= longestTitle ? plain : cut(plain);
}
