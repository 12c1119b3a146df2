import { createOutputLimit } from "./output-limit.ts";
import { createTextCleaner } from "./text-cleaner.ts";

/** What a model writes in one go: its answer, or what it thinks before. */
export interface Passage {
  /** The part of a fragment that may be passed on now. */
  take(fragment: string): string;
  /** All that was passed on. */
  readonly text: string;
  /** It has more than was asked for. */
  readonly isTooLong: boolean;
}

/** Makes a streamed passage storable, and ends it at its limit. Blanks alone are nothing: they wait for what follows. */
export function createPassage(maxOutputTokens: number): Passage {
  const clean = createTextCleaner();
  const limit = createOutputLimit(maxOutputTokens);
  let blanks = "";
  let text = "";
  return {
    take(fragment) {
      const piece = blanks + clean(limit.take(fragment));
      const isBlank = text === "" && piece.trim() === "";
      blanks = isBlank ? piece : "";
      if (isBlank) return "";
      text += piece;
      return piece;
    },
    get text() {
      return text;
    },
    get isTooLong() {
      return limit.isReached;
    },
  };
}
