import { StartupError } from "@parley/embedded-postgres/startup-error";
import { availableModels, defaultModel, findModel } from "@parley/llm/models";
import type { Settings } from "../settings.ts";

/**
 * The model of conversations that name none, as the functions will choose it.
 * @throws StartupError when DEFAULT_MODEL, FALLBACK_MODEL or TITLE_MODEL is one that no configured provider offers
 */
export function activeModel(settings: Settings): string {
  const { OPENAI_API_KEY, OPENAI_BASE_URL, ANTHROPIC_API_KEY, DEFAULT_MODEL, FALLBACK_MODEL, TITLE_MODEL } =
    settings;
  const hasProvider = [OPENAI_API_KEY, OPENAI_BASE_URL, ANTHROPIC_API_KEY].some(Boolean);
  const configured = {
    openaiApiKey: OPENAI_API_KEY,
    openaiBaseUrl: OPENAI_BASE_URL,
    anthropicApiKey: ANTHROPIC_API_KEY,
  };
  const isDefaultScripted = DEFAULT_MODEL?.startsWith("scripted/") === true;
  const catalog = availableModels({ ...configured, includeScripted: !hasProvider || isDefaultScripted });
  // The worker knows the scripted ones in any case.
  const known = availableModels({ ...configured, includeScripted: true });
  for (const [name, id] of Object.entries({ FALLBACK_MODEL, TITLE_MODEL })) {
    if (id !== undefined && findModel(id, known) === undefined) {
      throw new StartupError(`${name} is ${id}, which the configured providers do not offer.`);
    }
  }
  try {
    return defaultModel(catalog, DEFAULT_MODEL).id;
  } catch (cause) {
    throw new StartupError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
