import { setTimeout as sleep } from "node:timers/promises";
import type { OpenAI } from "openai";
import type { Adjustments } from "../../adjustments.ts";
import { adjustedError } from "../../errors.ts";
import { readEvents } from "../../event-stream.ts";
import { numberOf, property } from "../../json-shape.ts";
import type { DiscardOptions, PromptRequest, StreamOptions } from "../../provider.ts";
import { toLlmError } from "../../provider-failure.ts";
import type { StreamStep } from "../../reply-stream.ts";
import { readFailure } from "../../sdk-failure.ts";
import { hasEnded, toSteps, wholeResponse } from "./background-reader.ts";
import { toResponseParams } from "./background-request.ts";

type Reading = StreamOptions & { longest: number };

const pollMillis = 1_500;

const statusOf = (error: unknown) => numberOf(property(error, "status")) ?? 0;
const isGone = (error: unknown) => [400, 404, 410].includes(statusOf(error));

/** For servers that do not stream a response again. */
async function* poll(client: OpenAI, id: string, { signal, heard }: Reading): AsyncGenerator<StreamStep> {
  for (;;) {
    await sleep(pollMillis, undefined, { signal });
    const response = await client.responses.retrieve(id, {}, { signal });
    heard?.();
    if (hasEnded(response)) return yield* wholeResponse(response);
  }
}

/** Reads a response that was bought before, from its beginning. */
async function* readAgain(client: OpenAI, id: string, reading: Reading): AsyncGenerator<StreamStep> {
  const { signal } = reading;
  const response = await client.responses.retrieve(id, {}, { signal }).catch((error: unknown) => error);
  if (isGone(response)) {
    // Expired, or never there: the next call buys another.
    yield { stored: null };
    throw adjustedError({ status: statusOf(response) });
  }
  if (response instanceof Error) throw response;
  if (hasEnded(response)) return yield* wholeResponse(response);
  const stream = await client.responses
    .retrieve(id, { stream: true }, { signal })
    .asResponse()
    .catch((error: unknown) => {
      if (!isGone(error)) throw error;
      return undefined;
    });
  yield* stream === undefined ? poll(client, id, reading) : toSteps(readEvents(stream, reading));
}

/** Buys a response that goes on without its listener, or reads again the one that was bought. */
export async function openBackground(
  client: OpenAI,
  request: PromptRequest,
  adjustments: Adjustments,
  reading: Reading,
): Promise<AsyncIterable<StreamStep>> {
  const bought = request.background?.responseId;
  if (bought !== undefined) return readAgain(client, bought, reading);
  const params = toResponseParams(request, adjustments);
  const response = await client.responses.create(params, { signal: reading.signal }).asResponse();
  return toSteps(readEvents(response, reading));
}

/**
 * Ends a response, if it goes on, and has its server forget it.
 * @throws LlmError where that is to be tried again
 */
export async function discardResponse(
  client: OpenAI,
  id: string,
  { signal, isOver }: DiscardOptions,
): Promise<void> {
  try {
    // It may have ended by itself meanwhile, and cannot be cancelled then.
    if (!isOver) await client.responses.cancel(id, { signal }).catch(() => {});
    await client.responses.delete(id, { signal });
  } catch (error) {
    if (statusOf(error) !== 404) throw toLlmError(readFailure(error), Date.now());
  }
}
