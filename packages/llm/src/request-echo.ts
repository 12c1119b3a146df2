import type { PromptRequest } from "./provider.ts";
import type { ProviderFailure } from "./provider-failure.ts";

/** In characters. What a request and a refusal have in common by chance, such as the name of a parameter, is shorter. */
const shortestEcho = 24;
/** Refusals that say more say the rest of the request. */
const longestMessage = 8_000;

function* textsOf({ systemPrompt, messages, rounds = [], settings }: PromptRequest): Generator<string> {
  yield systemPrompt ?? "";
  for (const { content, data = "" } of messages) yield* [content, data];
  for (const { text, calls, results } of rounds) {
    yield* [text, ...results];
    for (const call of calls) yield call.arguments;
  }
  yield* settings?.stop ?? [];
}

/**
 * The failure without what its message repeats of the request: the words of a user who writes about a limit or a filter
 * are no refusal.
 */
export function withoutEcho(failure: ProviderFailure, request: PromptRequest): ProviderFailure {
  const message = failure.message.slice(0, longestMessage);
  const places = new Map<string, number[]>();
  for (let at = 0; at + shortestEcho <= message.length; at++) {
    const piece = message.slice(at, at + shortestEcho);
    const known = places.get(piece);
    if (known === undefined) places.set(piece, [at]);
    else known.push(at);
  }
  if (places.size === 0) return { ...failure, message };
  const isEcho = new Uint8Array(message.length);
  for (const text of textsOf(request)) {
    for (let at = 0; at + shortestEcho <= text.length; at++) {
      const piece = text.slice(at, at + shortestEcho);
      for (const place of places.get(piece) ?? []) isEcho.fill(1, place, place + shortestEcho);
      // Marked once: a text of one letter alone would come to all its places again and again.
      places.delete(piece);
    }
  }
  const own = Array.from({ length: message.length }, (_, at) => (isEcho[at] ? "\n" : message.charAt(at)));
  return { ...failure, message: own.join("") };
}
