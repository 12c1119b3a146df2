/** A message of the conversation as it is stored. */
export interface HistoryMessage {
  readonly role: "user" | "assistant";
  readonly content: string;
  readonly position: number;
  /** A question that a model refused for its content or length. */
  readonly isRefused?: boolean | undefined;
}

/** Messages that are sent or left out together: a question and what answered it. */
export type Turn = readonly HistoryMessage[];

/**
 * Groups the messages before the asked one into turns, oldest first. Blank messages go; a question without an answer is
 * a turn of its own, and so is a greeting before the first question, where the provider takes one. A refused question
 * goes too, with the unanswered ones before it, since any of them may be what was refused: else every later prompt would
 * be refused as well.
 */
export function toTurns(history: readonly HistoryMessage[], takesGreeting = true): Turn[] {
  const turns: HistoryMessage[][] = [];
  for (const message of history.filter(({ content }) => content.trim() !== "")) {
    const last = turns.at(-1);
    if (message.role === "user") turns.push([message]);
    else if (last !== undefined) last.push(message);
    else if (takesGreeting && message.position === 1) turns.push([message]);
  }
  return turns.filter((_, index) => !isRefused(turns, index));
}

function isAnswered(turn: Turn): boolean {
  return turn.at(-1)?.role === "assistant";
}

/** Whether a turn is unanswered and itself refused, or one of those after it before the next answer is. */
function isRefused(turns: readonly Turn[], index: number): boolean {
  for (const turn of turns.slice(index)) {
    if (isAnswered(turn)) return false;
    if (turn[0]?.isRefused) return true;
  }
  return false;
}
