import { type PromptNote, renderNotes } from "./notes-block.ts";
import { estimateTokens } from "./token-count.ts";

/** Less of a note than this says too little to be worth its place. */
const MIN_TOKENS = 60;

/**
 * The notes that fit into `tokens`, in their order. The first that does not is cut to what is left; those behind it
 * are left out.
 */
export function fitNotes(notes: readonly PromptNote[], tokens: number): PromptNote[] {
  const fitting: PromptNote[] = [];
  for (const note of notes) {
    if (tokensOf([...fitting, note]) <= tokens) {
      fitting.push(note);
      continue;
    }
    const cut = cutNote(note, (shorter) => tokensOf([...fitting, shorter]) <= tokens);
    if (cut !== undefined) fitting.push(cut);
    break;
  }
  return fitting;
}

function tokensOf(notes: readonly PromptNote[]): number {
  return estimateTokens(renderNotes(notes));
}

/** The longest beginning of a note that fits, found by halving. */
function cutNote(note: PromptNote, fits: (note: PromptNote) => boolean): PromptNote | undefined {
  let fitting = 0;
  let tooLong = note.content.length;
  while (tooLong - fitting > 16) {
    const middle = Math.floor((fitting + tooLong) / 2);
    if (fits({ ...note, content: note.content.slice(0, middle), isCut: true })) fitting = middle;
    else tooLong = middle;
  }
  const content = note.content.slice(0, fitting).toWellFormed();
  return estimateTokens(content) < MIN_TOKENS ? undefined : { ...note, content, isCut: true };
}
