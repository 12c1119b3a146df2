import { createEmbedder, type Embedder } from "@parley/llm/embeddings";
import { LlmError } from "@parley/llm/errors";
import type { Secrets } from "@parley/runtime/secrets";
import type { SpanAbout } from "@parley/runtime/telemetry/span";
import { traced } from "@parley/runtime/tracer";
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
  const about = embeddingSpan(settings);
  return {
    ...first,
    async embed(texts, signal) {
      const present = renewable.present() ?? first;
      try {
        return await traced("embedding", () => present.embed(texts, signal), about);
      } catch (error) {
        const isRefused = error instanceof LlmError && error.status === 401;
        if (!isRefused || !(await renewable.renew(present))) throw error;
        const renewed = renewable.present() ?? present;
        return traced("embedding", () => renewed.embed(texts, signal), about);
      }
    },
  };
}

function embeddingSpan(settings: EmbeddingSettings): SpanAbout {
  const { EMBEDDING_BASE_URL = officialBaseUrl, EMBEDDING_MODEL: model } = settings;
  const attributes = {
    "gen_ai.operation.name": "embeddings",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": model,
    "server.address": new URL(EMBEDDING_BASE_URL).hostname,
  };
  return { name: `embeddings ${model}`, kind: "client", attributes };
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
