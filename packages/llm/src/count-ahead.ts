import { setImmediate } from "node:timers/promises";
import type { TokenCounter } from "./token-counter.ts";

/** Characters between two turns of the event loop: a few milliseconds of counting, whatever the text is. */
const charactersPerTurn = 16_384;

/**
 * Counts texts before a prompt is built of them, and lets other replies go on in between: the contexts of ten replies
 * at once take seconds where their texts are made for it.
 * @param texts the first to be sent first; counted until one more would be beyond `limit` tokens
 * @returns a counter that knows them
 */
export async function countAhead(
  counter: TokenCounter,
  texts: Iterable<string>,
  limit: number,
): Promise<TokenCounter> {
  const counts = new Map<string, number>();
  let tokens = 0;
  let characters = 0;
  for (const text of texts) {
    if (characters >= charactersPerTurn) {
      await setImmediate();
      characters = 0;
    }
    const count = counter.count(text);
    counts.set(text, count);
    characters += text.length;
    tokens += count;
    if (tokens > limit) break;
  }
  return { ...counter, count: (text) => counts.get(text) ?? counter.count(text) };
}
