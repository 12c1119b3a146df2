import { LlmError } from "./errors.ts";
import type { ProviderName } from "./models.ts";
import type { Provider } from "./provider.ts";
import { createAnthropicProvider } from "./providers/anthropic/provider.ts";
import { createOpenAiProvider } from "./providers/openai/provider.ts";
import { createScriptedProvider } from "./providers/scripted/provider.ts";

export interface ProvidersConfig {
  readonly openaiApiKey?: string | undefined;
  readonly openaiBaseUrl?: string | undefined;
  readonly anthropicApiKey?: string | undefined;
  readonly anthropicBaseUrl?: string | undefined;
  readonly fetch?: typeof fetch | undefined;
}

export interface Providers {
  /** Throws `LlmError` (`provider_rejected`) for a provider that is not configured. */
  get(name: ProviderName): Provider;
}

/** The providers of one environment, each made at its first use and kept. */
export function createProviders(config: ProvidersConfig): Providers {
  const providers = new Map<ProviderName, Provider>();
  return {
    get(name) {
      const provider = providers.get(name) ?? createProvider(name, config);
      providers.set(name, provider);
      return provider;
    },
  };
}

function createProvider(name: ProviderName, config: ProvidersConfig): Provider {
  if (name === "scripted") return createScriptedProvider();
  const { fetch } = config;
  if (name === "openai" && (config.openaiApiKey || config.openaiBaseUrl)) {
    return createOpenAiProvider({ apiKey: config.openaiApiKey, baseUrl: config.openaiBaseUrl, fetch });
  }
  if (name === "anthropic" && config.anthropicApiKey) {
    return createAnthropicProvider({
      apiKey: config.anthropicApiKey,
      baseUrl: config.anthropicBaseUrl,
      fetch,
    });
  }
  throw new LlmError("provider_rejected", "The model's provider is not configured.");
}
