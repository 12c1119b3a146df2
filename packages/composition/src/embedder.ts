import { createEmbedder, type Embedder } from "@parley/llm/embeddings";
import { LlmError } from "@parley/llm/errors";
import type { Secrets } from "@parley/runtime/secrets";
import { createRenewable } from "./renewable.ts";
import type { EmbeddingSettings } from "./settings.ts";

const officialBaseUrl = "https://api.openai.com/v1";

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
