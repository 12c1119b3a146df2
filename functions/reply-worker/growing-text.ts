/** Text that grows, and is saved piece by piece. */
export interface GrowingText {
  add(piece: string): void;
  /** What a save is to add; it stays until that save is known to have worked. */
  readonly pending: string;
  /** All that is saved. */
  readonly text: string;
  /** Of that, in Unicode code points. */
  readonly saved: number;
  /** Such a piece of what is pending was saved. */
  wasSaved(piece: string): void;
}

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** @param saved its beginning, which is stored already */
export function createGrowingText(saved: string): GrowingText {
  let text = saved;
  let points = codePoints(saved);
  let pending = "";
  return {
    add(piece) {
      pending += piece;
    },
    get pending() {
      return pending;
    },
    get text() {
      return text;
    },
    get saved() {
      return points;
    },
    wasSaved(piece) {
      pending = pending.slice(piece.length);
      text += piece;
      points += codePoints(piece);
    },
  };
}
