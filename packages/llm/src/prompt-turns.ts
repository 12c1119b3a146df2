/** A message of the conversation as it is stored. */
export interface HistoryMessage {
  readonly role: "user" | "assistant";
  readonly content: string;
  readonly position: number;
}

/** Messages that are sent or left out together: a question and what answered it. */
export type Turn = readonly HistoryMessage[];

/**
 * Groups the messages before the asked one into turns that a provider accepts, oldest first. Blank messages
 * go. So do questions nobody answered: their replies failed or were cancelled, and a question the provider
 * refused once would make it refuse every later one too. So do answers without a question before them.
 */
export function toTurns(history: readonly HistoryMessage[]): Turn[] {
  const written = history.filter((message) => message.content.trim() !== "");
  const turns: HistoryMessage[][] = [];
  written.forEach((message, index) => {
    if (message.role === "assistant") turns.at(-1)?.push(message);
    else if (written[index + 1]?.role === "assistant") turns.push([message]);
  });
  return turns;
}
