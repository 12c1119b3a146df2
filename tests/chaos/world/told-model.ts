import { adjustedError, LlmError } from "@parley/llm/errors";
import type { Provider, ReplyEvent } from "@parley/llm/provider";
import type { Providers } from "@parley/llm/providers";
import type { Told } from "../invariants/told.ts";

let calls = 0;

/** How the next calls of the model go; each call takes one, and without any it answers. */
export type Manner = "answer" | "unavailable" | "slow" | "slower" | "filtered";

/** Between the first word and the second. */
const pauses: Partial<Record<Manner, number>> = { slow: 900, slower: 1_700 };

const wait = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis));

/** The number of the next call, unlike that of any other in this process. */
export function nextCallNumber(): number {
  return ++calls;
}

/** What the marker in a question is, that calls are counted by. */
export function markerOf(messages: readonly { role: string; content: string }[]): string {
  const asked = messages.findLast(({ role }) => role === "user");
  // Questions that nobody answered stand before it in the same turn.
  return asked?.content.match(/m:[a-z0-9]+/g)?.at(-1) ?? "";
}

/** As a provider does that goes on with what was bought: it is there until somebody has it forgotten. */
async function* buyOrReadAgain(
  { purchases }: Told,
  marker: string,
  responseId: string | undefined,
): AsyncGenerator<ReplyEvent> {
  const bought = responseId === undefined ? undefined : purchases.get(responseId);
  if (bought?.isKept) return;
  if (responseId !== undefined) {
    yield { type: "stored", responseId: null };
    throw adjustedError({ status: 404 });
  }
  const id = `resp_${nextCallNumber()}`;
  const purchase = { marker, isKnown: false, isKept: true };
  purchases.set(id, purchase);
  yield { type: "stored", responseId: id };
  // Nobody reads on who could not write it down.
  purchase.isKnown = true;
}

/** A model whose every answer says which call it is of, at its beginning and its end. */
export function createToldModel(told: Told, manners: Manner[]): Providers {
  const provider: Provider = {
    async discard(responseId) {
      const purchase = told.purchases.get(responseId);
      if (purchase !== undefined) purchase.isKept = false;
    },
    async *stream(request, { signal }) {
      const marker = markerOf(request.messages);
      told.calls.set(marker, (told.calls.get(marker) ?? 0) + 1);
      const name = `c${nextCallNumber()}`;
      const manner = manners.shift() ?? "answer";
      if (manner === "unavailable") {
        throw new LlmError("provider_unavailable", "The model provider is not available.", {
          retryable: true,
        });
      }
      if (manner === "filtered") throw new LlmError("content_filtered", "Refused.");
      if (request.background) yield* buyOrReadAgain(told, marker, request.background.responseId);
      yield { type: "delta", text: `${name}|first ` };
      await wait(pauses[manner] ?? 60);
      signal.throwIfAborted();
      yield { type: "delta", text: "second " };
      await wait(20);
      signal.throwIfAborted();
      yield { type: "delta", text: `last|${name}` };
      yield {
        type: "finish",
        reason: "stop",
        usage: { inputTokens: 10, cachedInputTokens: 0, outputTokens: 5, reasoningTokens: 0 },
      };
    },
  };
  return { get: () => provider };
}
