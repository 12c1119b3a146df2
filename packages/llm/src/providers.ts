import {
  type ConfiguredProvider,
  configuredProviders,
  type ProviderSources,
} from "./configured-providers.ts";
import { LlmError } from "./errors.ts";
import type { LessonBook } from "./lessons.ts";
import type { Provider } from "./provider.ts";
import { createAnthropicProvider } from "./providers/anthropic/provider.ts";
import { createBedrockProvider } from "./providers/bedrock/provider.ts";
import { createOpenAiProvider } from "./providers/openai/provider.ts";
import { createScriptedProvider } from "./providers/scripted/provider.ts";

export interface ProvidersConfig extends ProviderSources {
  readonly fetch?: typeof fetch | undefined;
  /** What is known of how their servers want to be asked; without it each provider remembers for itself. */
  readonly lessons?: LessonBook | undefined;
}

export interface Providers {
  /** Throws `LlmError` (`provider_rejected`) for a provider that is not configured. */
  get(name: string): Provider;
}

/** The providers of one environment, each made at its first use and kept. */
export function createProviders(config: ProvidersConfig): Providers {
  const configured = new Map(configuredProviders(config).map((each) => [each.name, each]));
  const providers = new Map<string, Provider>();

  function create(name: string): Provider {
    if (name === "scripted") return createScriptedProvider();
    const provider = configured.get(name);
    if (provider !== undefined) return createProvider(provider, config);
    throw new LlmError("provider_rejected", "The model's provider is not configured.");
  }

  return {
    get(name) {
      const provider = providers.get(name) ?? create(name);
      providers.set(name, provider);
      return provider;
    },
  };
}

function createProvider(
  provider: ConfiguredProvider,
  { fetch, lessons }: Pick<ProvidersConfig, "fetch" | "lessons">,
): Provider {
  const makers = {
    openai: createOpenAiProvider,
    anthropic: createAnthropicProvider,
    bedrock: createBedrockProvider,
  };
  return makers[provider.kind]({ ...provider, fetch, lessons });
}
