import { availableModels, defaultModel } from "@parley/llm/models";
import type { Settings } from "../settings.ts";
import { StartupError } from "../startup-error.ts";

/**
 * The model of conversations that name none, as the functions will choose it.
 * @throws StartupError when the settings name one that no configured provider offers
 */
export function activeModel(settings: Settings): string {
  const { OPENAI_API_KEY, OPENAI_BASE_URL, ANTHROPIC_API_KEY, DEFAULT_MODEL } = settings;
  const hasProvider = [OPENAI_API_KEY, OPENAI_BASE_URL, ANTHROPIC_API_KEY].some(Boolean);
  const catalog = availableModels({
    openaiApiKey: OPENAI_API_KEY,
    openaiBaseUrl: OPENAI_BASE_URL,
    anthropicApiKey: ANTHROPIC_API_KEY,
    includeScripted: !hasProvider || DEFAULT_MODEL?.startsWith("scripted/") === true,
  });
  try {
    return defaultModel(catalog, DEFAULT_MODEL).id;
  } catch (cause) {
    throw new StartupError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
