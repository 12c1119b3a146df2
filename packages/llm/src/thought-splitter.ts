export interface Piece {
  readonly type: "delta" | "reasoning";
  readonly text: string;
}

/** Takes what a model thinks out of its text, where a server leaves it there between tags. */
export interface ThoughtSplitter {
  take(fragment: string): Piece[];
  /** The server has told apart from the text what was thought before it. */
  thoughtBefore(): void;
  /** @param isWhole the model has ended by itself: what it began to think and did not close is its answer */
  end(isWhole: boolean): Piece[];
}

const OPEN = "<think>";
const CLOSE = "</think>";
/** Blanks before the opening tag among them. */
const LONGEST_HELD = 64;

/** Characters of the end of a text that may be the beginning of the closing tag. */
function beginningAtEnd(text: string): number {
  for (let length = Math.min(text.length, CLOSE.length - 1); length > 0; length--) {
    if (CLOSE.startsWith(text.slice(-length))) return length;
  }
  return 0;
}

/** For one answer: only what it begins with is taken for thought. */
export function createThoughtSplitter(): ThoughtSplitter {
  let state: "start" | "thought" | "gap" | "answer" = "start";
  let held = "";
  let thought = "";
  let hasThought = false;

  function begin(): Piece[] {
    const text = held.trimStart();
    if (text.startsWith(OPEN)) {
      state = "thought";
      held = text.slice(OPEN.length);
      return think();
    }
    if (OPEN.startsWith(text) && held.length < LONGEST_HELD) return [];
    state = hasThought ? "gap" : "answer";
    return hasThought ? beginAnswer() : release("delta", held.length);
  }

  function think(): Piece[] {
    const end = held.indexOf(CLOSE);
    if (end < 0) return release("reasoning", held.length - beginningAtEnd(held));
    const pieces = release("reasoning", end);
    state = "gap";
    held = held.slice(CLOSE.length);
    return [...pieces, ...beginAnswer()];
  }

  /** The blank lines between the two belong to neither. */
  function beginAnswer(): Piece[] {
    held = held.replace(/^\s*\n/, "");
    if (held.trim() === "" && held.length < LONGEST_HELD) return [];
    state = "answer";
    return release("delta", held.length);
  }

  /** Passes the first of what is held on. */
  function release(type: Piece["type"], length: number): Piece[] {
    const text = held.slice(0, length);
    held = held.slice(length);
    if (type === "reasoning") thought += text;
    return text === "" ? [] : [{ type, text }];
  }

  return {
    take(fragment) {
      if (state === "answer") return [{ type: "delta", text: fragment }];
      held += fragment;
      if (state === "gap") return beginAnswer();
      return state === "start" ? begin() : think();
    },
    thoughtBefore() {
      hasThought = true;
    },
    end(isWhole) {
      const isBlank = held.trim() === "" && (state === "gap" || (state === "start" && hasThought));
      if (isBlank) return [];
      if (state !== "thought") return release("delta", held.length);
      const rest = release("reasoning", held.length);
      return isWhole ? [...rest, { type: "delta", text: thought }] : rest;
    },
  };
}
