import { canThink, refusesSampling } from "./claude.ts";
import {
  type ConfiguredProvider,
  configuredProviders,
  hasKnownModels,
  type ListedModel,
  type ModelCost,
  type ModelParameter,
  type Price,
  type ProviderKind,
  type ProviderSources,
} from "./configured-providers.ts";

/** Which model it is, and who has it. */
export interface ModelIdentity {
  /** `provider/name`, e.g. `openai/gpt-6.1-terra`. */
  readonly id: string;
  /** The provider's name in this deployment. */
  readonly provider: string;
  readonly kind: ProviderKind;
  /** The provider's own name of the model. */
  readonly name: string;
  /** Unless its provider's server takes none at all. */
  readonly takesTools?: boolean;
  /** Whether its provider can answer in the background. */
  readonly runsInBackground?: boolean;
}

/** A model as it is asked. */
export interface AskedModel extends ModelIdentity {
  /** What prompt and answer together may take. */
  readonly contextTokens: number;
  /** The maximum that one reply asks for, hidden reasoning included; may be below the model's own limit. */
  readonly maxOutputTokens: number;
}

export type Model = Price &
  AskedModel & {
    readonly displayName?: string | undefined;
    /** The parameters that it takes. */
    readonly parameters: readonly ModelParameter[];
    readonly costPerMillion?: ModelCost | undefined;
    /** Whether its answers are bought in the background. */
    readonly background?: boolean | undefined;
  };

type NamedKind = Pick<ModelIdentity, "kind"> & {
  readonly name: string;
  readonly supportsTools?: boolean | undefined;
  readonly runsInBackground?: boolean | undefined;
};

/** The models of one deployment. */
export interface ModelCatalog {
  /** Every listed model, a provider's preferred one first. */
  readonly models: readonly Model[];
  /** Those whose models may be asked. */
  readonly providers: readonly NamedKind[];
  /** Those whose servers may know any model. */
  readonly openProviders: readonly NamedKind[];
}

export interface ModelCatalogInput extends ProviderSources {
  /** Whether to offer the offline models. */
  readonly includeScripted: boolean;
}

const DEFAULT_PRICE: Price = { priceFlat: 100 };

type Limits = Pick<Model, "contextTokens" | "maxOutputTokens">;

// What the models that Parley knows take; of others those that every server of the protocol takes.
const PARAMETERS: Readonly<Record<ProviderKind, readonly ModelParameter[]>> = {
  openai: ["temperature", "topP", "maxOutputTokens", "stop"],
  anthropic: ["temperature", "topP", "maxOutputTokens", "stop"],
  bedrock: ["temperature", "topP", "maxOutputTokens", "stop"],
  scripted: ["temperature", "topP", "maxOutputTokens", "reasoningEffort", "stop"],
};
// OpenAI's own reason, and models that do refuse the others.
const OPENAI_OWN_PARAMETERS: readonly ModelParameter[] = ["maxOutputTokens", "reasoningEffort"];
const CLAUDE_PARAMETERS: readonly ModelParameter[] = ["maxOutputTokens", "reasoningEffort", "stop"];

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
      "thinks",
      "fail-unavailable",
      "fail-rejected",
      "fail-filtered",
      "fail-overflow",
      "fail-cut",
      "fail-hang",
    ],
  },
};

/** What a model takes of which nobody says it. */
export function defaultParameters({
  kind,
  name,
}: Pick<ModelIdentity, "kind" | "name">): readonly ModelParameter[] {
  if (refusesSampling(name)) return CLAUDE_PARAMETERS;
  return canThink(name) && kind !== "openai" ? [...PARAMETERS[kind], "reasoningEffort"] : PARAMETERS[kind];
}

/** Whether the model takes a conversation that begins with a greeting of the assistant. */
export function takesGreeting({ kind }: Pick<Model, "kind">): boolean {
  return kind === "openai" || kind === "scripted";
}

const SCRIPTED: NamedKind = { name: "scripted", kind: "scripted" };

/** The models that can be used with what is configured. */
export function availableModels(input: ModelCatalogInput): ModelCatalog {
  const configured = configuredProviders(input);
  const providers = input.includeScripted ? [...configured, SCRIPTED] : configured;
  return {
    models: [...configured.flatMap(modelsOf), ...(input.includeScripted ? knownModels(SCRIPTED) : [])],
    providers,
    openProviders: configured.filter(({ takesAnyModel }) => takesAnyModel),
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

function identityOf(provider: NamedKind, name: string): ModelIdentity {
  return {
    id: `${provider.name}/${name}`,
    provider: provider.name,
    kind: provider.kind,
    name,
    ...(provider.supportsTools === false && { takesTools: false }),
    ...(provider.runsInBackground && { runsInBackground: true }),
  };
}

/** Who has the model of that id; undefined where it is no provider of these. */
export function identifyModel(id: string, providers: readonly NamedKind[]): ModelIdentity | undefined {
  const [, providerName, name] = /^([^/]+)\/([!-~]{1,128})$/.exec(id) ?? [];
  const provider = providers.find((each) => each.name === providerName);
  return provider && name !== undefined ? identityOf(provider, name) : undefined;
}

/** The model of that id as the settings offer it, or undefined where they do not. */
export function findModel(id: string, catalog: ModelCatalog): Model | undefined {
  const listed = catalog.models.find((model) => model.id === id);
  if (listed) return listed;
  const found = identifyModel(id, catalog.openProviders);
  const provider = catalog.openProviders.find(({ name }) => name === found?.provider);
  return found && provider && toModel(provider, { name: found.name }, UNLISTED_LIMITS);
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

function knownModels(provider: NamedKind): Model[] {
  const { limits, names } = KNOWN[provider.kind];
  const parameters = provider.kind === "openai" ? OPENAI_OWN_PARAMETERS : undefined;
  return names.map((name) => toModel(provider, { name, parameters }, limits));
}

function toModel(provider: NamedKind, listed: ListedModel, limits: Limits): Model {
  const { name, price = DEFAULT_PRICE, displayName, costPerMillion } = listed;
  return {
    ...identityOf(provider, name),
    contextTokens: listed.contextTokens ?? limits.contextTokens,
    maxOutputTokens: listed.maxOutputTokens ?? limits.maxOutputTokens,
    ...(displayName !== undefined && { displayName }),
    parameters: listed.parameters ?? defaultParameters({ kind: provider.kind, name }),
    ...(costPerMillion !== undefined && { costPerMillion }),
    ...(listed.background && { background: true }),
    ...price,
  };
}
