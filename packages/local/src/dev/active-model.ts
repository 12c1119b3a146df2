import { StartupError } from "@parley/embedded-postgres/startup-error";
import { type ProviderSources, providersWithoutKey } from "@parley/llm/configured-providers";
import { availableModels, defaultModel, deploymentModels, findModel } from "@parley/llm/models";
import { keyVariable } from "@parley/settings/providers";
import type { Settings } from "../settings.ts";

/** The providers that the settings name. */
export function sourcesOf(settings: Settings): ProviderSources {
  return {
    openaiApiKey: settings.OPENAI_API_KEY,
    openaiBaseUrl: settings.OPENAI_BASE_URL,
    openaiModels: settings.OPENAI_MODELS,
    anthropicApiKey: settings.ANTHROPIC_API_KEY,
    named: settings.PROVIDERS,
    providerKeys: settings.PROVIDER_KEYS,
  };
}

function requireKeys(sources: ProviderSources): void {
  const [name] = providersWithoutKey(sources);
  if (name === undefined) return;
  throw new StartupError(`PROVIDERS names ${name}, whose key ${keyVariable(name)} is not set.`);
}

/**
 * The model of conversations that name none, as the functions will choose it.
 * @throws StartupError when a provider lacks its key, or when DEFAULT_MODEL, FALLBACK_MODEL or TITLE_MODEL is one that no
 * configured provider offers
 */
export function activeModel(settings: Settings): string {
  const { DEFAULT_MODEL, FALLBACK_MODEL, TITLE_MODEL } = settings;
  const sources = sourcesOf(settings);
  requireKeys(sources);
  // The worker knows the scripted ones in any case.
  const known = availableModels({ ...sources, includeScripted: true });
  for (const [name, id] of Object.entries({ FALLBACK_MODEL, TITLE_MODEL })) {
    if (id !== undefined && findModel(id, known) === undefined) {
      throw new StartupError(`${name} is ${id}, which the configured providers do not offer.`);
    }
  }
  try {
    return defaultModel(deploymentModels(sources, DEFAULT_MODEL), DEFAULT_MODEL).id;
  } catch (cause) {
    throw new StartupError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
