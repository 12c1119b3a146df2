import type { Embedding } from "@parley/data/similar";
import { createEmbedder, type Embedder } from "@parley/llm/embeddings";
import { LlmError } from "@parley/llm/errors";
import { describeError } from "@parley/runtime/describe-error";
import { logger } from "@parley/runtime/logger";
import type { Secrets } from "@parley/runtime/secrets";
import { traced } from "@parley/runtime/tracer";
import * as z from "zod";
import { createRenewable } from "./renewable.ts";

/** Of every function that turns texts into vectors. The key is one of the secrets. */
export const embeddingSettings = {
  OPENAI_BASE_URL: z.url().optional(),
  /** OpenAI or any server that speaks its embeddings protocol. */
  EMBEDDING_BASE_URL: z.url().optional(),
  EMBEDDING_MODEL: z.string().default("text-embedding-3-small"),
  /** Vectors of more than 2 000 cannot be indexed by pgvector. */
  EMBEDDING_DIMENSIONS: z.coerce.number().int().min(1).max(2_000).default(1_536),
};

export const embeddingSchema = z.object(embeddingSettings);

type EmbeddingSettings = z.output<typeof embeddingSchema>;

const officialBaseUrl = "https://api.openai.com/v1";
/** Somebody waits for a search: after that long it is answered by words. */
const patienceMillis = 3_000;

/**
 * The deployment's embedding model; undefined where none is configured. OpenAI's key goes to OpenAI only, or to the
 * server that is named for the models as well. A key that is refused is fetched again, and tried once more if it is
 * another by then.
 */
export function embedderOf(settings: EmbeddingSettings, secrets: Secrets): Embedder | undefined {
  const renewable = createRenewable(secrets, (present) => makeEmbedder(settings, present));
  const first = renewable.present();
  if (first === undefined) return undefined;
  return {
    ...first,
    async embed(texts, signal) {
      const present = renewable.present() ?? first;
      try {
        return await present.embed(texts, signal);
      } catch (error) {
        const isRefused = error instanceof LlmError && error.status === 401;
        if (!isRefused || !(await renewable.renew(present))) throw error;
        return (renewable.present() ?? present).embed(texts, signal);
      }
    },
  };
}

function makeEmbedder(settings: EmbeddingSettings, secrets: Secrets): Embedder | undefined {
  const {
    EMBEDDING_BASE_URL,
    OPENAI_BASE_URL,
    EMBEDDING_MODEL: model,
    EMBEDDING_DIMENSIONS: dimensions,
  } = settings;
  const modelsUrl = OPENAI_BASE_URL ?? officialBaseUrl;
  const baseUrl = EMBEDDING_BASE_URL ?? officialBaseUrl;
  const apiKey = secrets.embeddingApiKey ?? (baseUrl === modelsUrl ? secrets.openaiApiKey : undefined);
  if (EMBEDDING_BASE_URL === undefined && apiKey === undefined) return undefined;
  return createEmbedder({ apiKey, baseUrl, model, dimensions });
}

/** A text that somebody searches with, as a vector; undefined, and logged, when the provider does not give it. */
export async function embedQuestion(
  embedder: Embedder | undefined,
  text: string,
): Promise<Embedding | undefined> {
  if (embedder === undefined) return undefined;
  try {
    const [vector] = await traced("embedding", () =>
      embedder.embed([text], AbortSignal.timeout(patienceMillis)),
    );
    return vector && { model: embedder.model, vector };
  } catch (error) {
    logger.warn("question not embedded", { error: describeError(error) });
    return undefined;
  }
}
