import { abortError, LlmError } from "./errors.ts";

export interface EmbeddingConfig {
  /** May be absent: local servers ask for none. */
  readonly apiKey?: string | undefined;
  /** Of OpenAI or any server that speaks its protocol, e.g. `http://localhost:11434/v1`. */
  readonly baseUrl: string;
  readonly model: string;
  readonly dimensions: number;
  readonly fetch?: typeof fetch | undefined;
}

/** Turns texts into vectors. */
export interface Embedder {
  readonly model: string;
  readonly dimensions: number;
  /**
   * The vectors of the texts, in their order. One request; no retries.
   * @throws LlmError, without anything of the server's answer; the signal's reason once it is aborted
   */
  embed(texts: readonly string[], signal: AbortSignal): Promise<number[][]>;
}

/** A token is rarely below 2 UTF-16 units; OpenAI's models take 8 192 of them. */
const longestText = 16_000;

function vectorsOf(body: unknown, count: number, dimensions: number): number[][] {
  const data: unknown = body !== null && typeof body === "object" && "data" in body ? body.data : undefined;
  const vectors: number[][] = [];
  for (const [at, entry] of Array.isArray(data) ? data.entries() : []) {
    const { index = at, embedding } = entry as { index?: number; embedding?: unknown };
    const isVector =
      Array.isArray(embedding) && embedding.length === dimensions && embedding.every(Number.isFinite);
    if (!isVector) throw new LlmError("provider_rejected", `Embeddings are not of ${dimensions} numbers.`);
    vectors[index] = embedding;
  }
  if (vectors.length !== count || vectors.includes(undefined as never)) {
    throw new LlmError("provider_unavailable", "The embedding provider answered other than asked.");
  }
  return vectors;
}

/** Speaks OpenAI's embeddings protocol, without its SDK: functions that answer requests must start fast. */
export function createEmbedder(config: EmbeddingConfig): Embedder {
  const { apiKey, baseUrl, model, dimensions, fetch: send = fetch } = config;
  const url = `${baseUrl.replace(/\/$/, "")}/embeddings`;
  return {
    model,
    dimensions,
    async embed(texts, signal) {
      const input = texts.map((text) => text.slice(0, longestText).toWellFormed());
      const response = await send(url, {
        method: "POST",
        signal,
        headers: {
          "content-type": "application/json",
          ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
        },
        body: JSON.stringify({ model, input, dimensions, encoding_format: "float" }),
      }).catch(() => {
        if (signal.aborted) throw abortError(signal);
        throw new LlmError("provider_unavailable", "The embedding provider cannot be reached.", {
          retryable: true,
        });
      });
      const { status } = response;
      if (!response.ok) {
        await response.body?.cancel();
        const retryable = status >= 500 || status === 429 || status === 408;
        const code = retryable ? "provider_unavailable" : "provider_rejected";
        throw new LlmError(code, `The embedding provider answered ${status}.`, { retryable, status });
      }
      return vectorsOf(await response.json().catch(() => undefined), texts.length, dimensions);
    },
  };
}
