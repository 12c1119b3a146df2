import type { Embedding } from "@parley/data/similar-by-vector";
import type { Embedder } from "@parley/llm/embeddings";
import { describeError } from "@parley/runtime/describe-error";
import { logger } from "@parley/runtime/logger";

/** Somebody waits for a search: after that long it is answered by words. */
const patienceMillis = 3_000;

/** A text that somebody searches with, as a vector; undefined, and logged, when the provider does not give it. */
export async function embedQuestion(
  embedder: Embedder | undefined,
  text: string,
): Promise<Embedding | undefined> {
  if (embedder === undefined) return undefined;
  try {
    const [vector] = await embedder.embed([text], AbortSignal.timeout(patienceMillis));
    return vector && { model: embedder.model, vector };
  } catch (error) {
    logger.warn("question not embedded", { error: describeError(error) });
    return undefined;
  }
}
