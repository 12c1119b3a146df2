import type { ConfiguredProvider } from "./configured-providers.ts";
import { baseUrlOf, deviationsOf, keyHeaders } from "./deviations.ts";
import { LlmError } from "./errors.ts";
import { listOf, numberOf, property, textOf } from "./json-shape.ts";

/** A model as its provider's server lists it. */
export interface DiscoveredModel {
  readonly name: string;
  readonly displayName: string | undefined;
  /** What the server says that it reads and writes together. */
  readonly contextTokens: number | undefined;
}

type DiscoverySource = Pick<ConfiguredProvider, "kind" | "baseUrl" | "apiKey" | "apiVersion" | "keyHeader">;

export interface Discovery {
  readonly fetch?: typeof fetch | undefined;
  readonly patienceMillis: number;
}

// OpenRouter, vLLM, Groq, Mistral, Anthropic.
const contextNames = [
  "context_length",
  "max_model_len",
  "context_window",
  "max_context_length",
  "max_input_tokens",
];

function requestOf(source: DiscoverySource) {
  const { kind, baseUrl, apiKey, apiVersion } = source;
  if (kind === "anthropic") {
    const headers = { "anthropic-version": "2023-06-01", ...(apiKey && { "x-api-key": apiKey }) };
    return {
      url: `${(baseUrl ?? "https://api.anthropic.com").replace(/\/$/, "")}/v1/models?limit=1000`,
      headers,
    };
  }
  const query = apiVersion === undefined ? "" : `?api-version=${apiVersion}`;
  return { url: `${baseUrlOf(source)}/models${query}`, headers: keyHeaders(deviationsOf(source), apiKey) };
}

function readModel(listed: unknown): DiscoveredModel[] {
  const name = textOf(property(listed, "id"));
  if (name === undefined || !/^[!-~]{1,128}$/.test(name)) return [];
  const sizes = contextNames.map((each) => numberOf(property(listed, each)));
  const contextTokens = sizes.find((size) => size !== undefined && Number.isSafeInteger(size) && size > 0);
  const displayName = textOf(property(listed, "display_name")) ?? textOf(property(listed, "name"));
  return [{ name, displayName, contextTokens }];
}

/**
 * What the server of a provider lists.
 * @throws what `fetch` does when it does not answer in time, and LlmError when it refuses
 */
export async function discoverModels(
  provider: DiscoverySource,
  { fetch: ask = fetch, patienceMillis }: Discovery,
): Promise<DiscoveredModel[]> {
  const { url, headers } = requestOf(provider);
  const response = await ask(url, { headers, signal: AbortSignal.timeout(patienceMillis) });
  if (!response.ok) {
    await response.body?.cancel();
    const { status } = response;
    throw new LlmError("provider_unavailable", `The server answered with status ${status}.`, { status });
  }
  return listOf(property(await response.json(), "data")).flatMap(readModel);
}
