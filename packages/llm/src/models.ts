import {
  type ConfiguredProvider,
  configuredProviders,
  hasKnownModels,
  type ListedModel,
  type Price,
  type ProviderKind,
  type ProviderSources,
} from "./configured-providers.ts";

export type Model = Price & {
  /** `provider/name`, e.g. `openai/gpt-6.1-terra`. */
  readonly id: string;
  /** The provider's name in this deployment. */
  readonly provider: string;
  readonly kind: ProviderKind;
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
  /** Those whose servers may know any model. */
  readonly openProviders: readonly Pick<ConfiguredProvider, "name" | "kind">[];
}

export interface ModelCatalogInput extends ProviderSources {
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
const KNOWN: Readonly<Record<ProviderKind, { limits: Limits; names: readonly string[] }>> = {
  openai: { limits: OPENAI_LIMITS, names: ["gpt-6.1-terra", "gpt-6.1-sol", "gpt-6-luna"] },
  anthropic: {
    limits: ANTHROPIC_LIMITS,
    names: ["claude-sonnet-5-5", "claude-opus-5-5", "claude-haiku-5-5"],
  },
  // Its catalogue differs from region to region, and access to each model is granted by the account.
  bedrock: { limits: UNLISTED_LIMITS, names: [] },
  scripted: {
    limits: SCRIPTED_LIMITS,
    names: [
      "demo",
      "echo",
      "slow",
      "fail-unavailable",
      "fail-rejected",
      "fail-filtered",
      "fail-overflow",
      "fail-cut",
      "fail-hang",
    ],
  },
};

/** Whether the model takes a conversation that begins with a greeting of the assistant. */
export function takesGreeting({ kind }: Pick<Model, "kind">): boolean {
  return kind === "openai" || kind === "scripted";
}

/** The models that can be used with what is configured. */
export function availableModels(input: ModelCatalogInput): ModelCatalog {
  const providers = configuredProviders(input);
  const scripted = { name: "scripted", kind: "scripted" } as const;
  return {
    models: [...providers.flatMap(modelsOf), ...(input.includeScripted ? knownModels(scripted) : [])],
    openProviders: providers.filter(({ takesAnyModel }) => takesAnyModel),
  };
}

/**
 * The models that people may choose: the offline ones where there is no other, or where the default is one.
 * @param configured the id in DEFAULT_MODEL
 */
export function deploymentModels(sources: ProviderSources, configured: string | undefined): ModelCatalog {
  const hasProvider = configuredProviders(sources).length > 0;
  const isDefaultScripted = configured?.startsWith("scripted/") === true;
  return availableModels({ ...sources, includeScripted: !hasProvider || isDefaultScripted });
}

/** The model of that id, or undefined if this deployment has none. */
export function findModel(id: string, catalog: ModelCatalog): Model | undefined {
  const listed = catalog.models.find((model) => model.id === id);
  if (listed) return listed;
  const [, providerName, name] = /^([^/]+)\/([!-~]{1,128})$/.exec(id) ?? [];
  const provider = catalog.openProviders.find((each) => each.name === providerName);
  return provider && name !== undefined ? toModel(provider, { name }, UNLISTED_LIMITS) : undefined;
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
  if (catalog.openProviders[0]) {
    const { name } = catalog.openProviders[0];
    throw new Error(
      `DEFAULT_MODEL is not set: name a model of the server, as ${name}/<its name of the model>.`,
    );
  }
  throw new Error(
    "No model is available: set OPENAI_API_KEY, OPENAI_BASE_URL, ANTHROPIC_API_KEY or PROVIDERS.",
  );
}

function modelsOf(provider: ConfiguredProvider): Model[] {
  if (hasKnownModels(provider)) return knownModels(provider);
  return provider.models.map((model) => toModel(provider, model, UNLISTED_LIMITS));
}

function knownModels(provider: Pick<ConfiguredProvider, "name"> & { kind: ProviderKind }): Model[] {
  const { limits, names } = KNOWN[provider.kind];
  return names.map((name) => toModel(provider, { name }, limits));
}

function toModel(
  { name: provider, kind }: Pick<ConfiguredProvider, "name"> & { kind: ProviderKind },
  { name, price = DEFAULT_PRICE, ...listed }: ListedModel,
  limits: Limits,
): Model {
  const { contextTokens = limits.contextTokens, maxOutputTokens = limits.maxOutputTokens } = listed;
  return { id: `${provider}/${name}`, provider, kind, name, contextTokens, maxOutputTokens, ...price };
}
