export type ProviderName = "openai" | "anthropic" | "scripted";

/** What a reply costs its user, in the tokens of the user's balance. */
export type Price =
  | { readonly priceFlat: number }
  | {
      /** Balance tokens per 1 000 tokens the model reads and writes. */
      readonly priceInput: number;
      readonly priceOutput: number;
    };

export type Model = Price & {
  /** `provider/name`, e.g. `openai/gpt-6.1-terra`. */
  readonly id: string;
  readonly provider: ProviderName;
  /** The provider's own name of the model. */
  readonly name: string;
  /** What prompt and answer together may take. */
  readonly contextTokens: number;
  /** The maximum that one reply asks for, hidden reasoning included; may be below the model's own limit. */
  readonly maxOutputTokens: number;
};

/** The models of one deployment. */
export interface ModelCatalog {
  /** Every listed model, a provider's preferred one first. */
  readonly models: readonly Model[];
  /** With a base URL of its own, the server behind `openai/` may know any model. */
  readonly acceptsAnyOpenAiModel: boolean;
}

export interface ModelCatalogInput {
  readonly openaiApiKey?: string | undefined;
  readonly openaiBaseUrl?: string | undefined;
  readonly anthropicApiKey?: string | undefined;
  /** Whether to offer the offline models. */
  readonly includeScripted: boolean;
}

const DEFAULT_PRICE: Price = { priceFlat: 100 };

type Limits = Pick<Model, "contextTokens" | "maxOutputTokens">;

// A reply may ask for 32 000 tokens, a quarter of what these models could write: rate limits and metered
// holds count what is asked for. OpenAI takes 922 000 tokens of input, so a full context must stay below that.
const OPENAI_LIMITS: Limits = { contextTokens: 950_000, maxOutputTokens: 32_000 };
const ANTHROPIC_LIMITS: Limits = { contextTokens: 1_000_000, maxOutputTokens: 32_000 };
const SCRIPTED_LIMITS: Limits = { contextTokens: 200_000, maxOutputTokens: 64_000 };
// Small enough for common local servers, large enough for the longest message.
const UNLISTED_LIMITS: Limits = { contextTokens: 16_384, maxOutputTokens: 4_096 };

/** Sources: the model pages of developers.openai.com and platform.claude.com, November 2026. */
const MODELS: readonly Model[] = [
  ...modelsOf("openai", OPENAI_LIMITS, ["gpt-6.1-terra", "gpt-6.1-sol", "gpt-6-luna"]),
  ...modelsOf("anthropic", ANTHROPIC_LIMITS, ["claude-sonnet-5-5", "claude-opus-5-5", "claude-haiku-5-5"]),
  ...modelsOf("scripted", SCRIPTED_LIMITS, [
    "demo",
    "echo",
    "slow",
    "fail-unavailable",
    "fail-rejected",
    "fail-filtered",
    "fail-overflow",
    "fail-cut",
    "fail-hang",
  ]),
];

/** Whether the provider takes a conversation that begins with a greeting of the assistant. */
export function takesGreeting(modelId: string): boolean {
  return !modelId.startsWith("anthropic/");
}

/** The models that can be used with what is configured. */
export function availableModels(input: ModelCatalogInput): ModelCatalog {
  const isAvailable: Record<ProviderName, boolean> = {
    openai: Boolean(input.openaiApiKey || input.openaiBaseUrl),
    anthropic: Boolean(input.anthropicApiKey),
    scripted: input.includeScripted,
  };
  return {
    models: MODELS.filter((model) => isAvailable[model.provider]),
    acceptsAnyOpenAiModel: Boolean(input.openaiBaseUrl),
  };
}

/** The model of that id, or undefined if this deployment has none. */
export function findModel(id: string, catalog: ModelCatalog): Model | undefined {
  const listed = catalog.models.find((model) => model.id === id);
  if (listed) return listed;
  const name = /^openai\/([!-~]{1,128})$/.exec(id)?.[1];
  if (!catalog.acceptsAnyOpenAiModel || name === undefined) return undefined;
  return toModel("openai", name, UNLISTED_LIMITS);
}

/**
 * The model of conversations that name none: the configured one, or the first of the first provider.
 * Throws an error fit for a start-up message if there is none.
 */
export function defaultModel(catalog: ModelCatalog, configured?: string | undefined): Model {
  if (configured) {
    const model = findModel(configured, catalog);
    if (model) return model;
    throw new Error(`DEFAULT_MODEL is ${configured}, which the configured providers do not offer.`);
  }
  const [first] = catalog.models;
  if (first) return first;
  throw new Error("No model is available: set OPENAI_API_KEY, OPENAI_BASE_URL or ANTHROPIC_API_KEY.");
}

function modelsOf(provider: ProviderName, limits: Limits, names: readonly string[]): Model[] {
  return names.map((name) => toModel(provider, name, limits));
}

function toModel(provider: ProviderName, name: string, limits: Limits): Model {
  return { id: `${provider}/${name}`, provider, name, ...limits, ...DEFAULT_PRICE };
}
