import { Lexer, type Token } from "marked";

/** Reading what stands inside of a block takes time by the square of its length: a megabyte would take minutes. */
const longestInline = 8_000;

/** Leaves the inside of an endless block as it was written. */
class PatientLexer extends Lexer {
  override inlineTokens(source: string, tokens: Token[] = []): Token[] {
    if (source.length <= longestInline) return super.inlineTokens(source, tokens);
    tokens.push({ type: "escape", raw: source, text: source });
    return tokens;
  }
}

/**
 * Reads a text that grows: what stands before its last two blocks is not read again. A text that did not grow out of the
 * one before is read anew.
 */
export function createBlockReader(): (text: string) => readonly Token[] {
  let known = "";
  let settled: Token[] = [];
  let settledLength = 0;
  let shownBefore: readonly Token[] = [];
  return (text) => {
    if (text === known) return shownBefore;
    if (!text.startsWith(known)) {
      settled = [];
      settledLength = 0;
    }
    known = text;
    const fresh = new PatientLexer().lex(text.slice(settledLength)) as Token[];
    const all = [...settled, ...fresh];
    // An empty line does not end a list yet: what stands behind it may turn out to be its next item.
    const shown = [...fresh.keys()].filter((index) => fresh[index]?.type !== "space");
    const done = fresh.slice(0, shown.at(-2) ?? 0);
    const length = done.reduce((sum, { raw }) => sum + raw.length, 0);
    // The lexer replaces tabs and line ends, so that lengths may differ: such a text is read as a whole.
    if (text.startsWith(done.map(({ raw }) => raw).join(""), settledLength)) {
      settled = [...settled, ...done];
      settledLength += length;
    }
    shownBefore = all;
    return all;
  };
}
