import type { ProviderSources } from "@parley/llm/configured-providers";
import type { Secrets } from "@parley/runtime/secrets";
import { PROVIDER_KEYS } from "@parley/settings/definitions";
import { readSettings } from "@parley/settings/read-settings";
import type { ModelSettings } from "./settings.ts";

/** The deployment's providers, as its settings and its secrets name them. */
export function providerSources(settings: ModelSettings, secrets: Secrets): ProviderSources {
  const { openaiApiKey, anthropicApiKey, providerKeys } = secrets;
  return {
    openaiApiKey,
    anthropicApiKey,
    providerKeys:
      providerKeys === undefined
        ? {}
        : readSettings({ PROVIDER_KEYS }, { PROVIDER_KEYS: providerKeys }).PROVIDER_KEYS,
    openaiBaseUrl: settings.OPENAI_BASE_URL,
    openaiModels: settings.OPENAI_MODELS,
    named: settings.PROVIDERS,
  };
}
