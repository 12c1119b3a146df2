import { type DeviatingServer, deviationsOf, isOpenAi } from "./deviations.ts";

/** The protocol that a provider speaks. */
export type ProviderKind = "openai" | "anthropic" | "bedrock" | "scripted";

/** What a reply costs its user, in the tokens of the user's balance. */
export type Price =
  | { readonly priceFlat: number }
  | {
      /** Balance tokens per 1 000 tokens the model reads and writes. */
      readonly priceInput: number;
      readonly priceOutput: number;
      /** Of what it reads that its provider had read before; as much as the rest where it is absent. */
      readonly priceCachedInput?: number | undefined;
    };

/** A parameter that a reply may be asked with, where its model takes it. */
export type ModelParameter = "temperature" | "topP" | "maxOutputTokens" | "reasoningEffort" | "stop";

/** US dollars that the deployment pays for a million tokens. */
export interface ModelCost {
  readonly input: number;
  readonly output: number;
  readonly cachedInput?: number | undefined;
}

/** A model as a deployment lists it; what it leaves out is assumed with care. */
export interface ListedModel {
  /** The provider's own name of it. */
  readonly name: string;
  readonly contextTokens?: number | undefined;
  readonly maxOutputTokens?: number | undefined;
  readonly price?: Price | undefined;
  readonly displayName?: string | undefined;
  readonly parameters?: readonly ModelParameter[] | undefined;
  /** Whether its answers are bought in the background. */
  readonly background?: boolean | undefined;
  readonly costPerMillion?: ModelCost | undefined;
}

/** A provider that a deployment names in `PROVIDERS`, with what its server does in its own way. */
export interface NamedProvider extends DeviatingServer {
  /** What its models' ids begin with. */
  readonly name: string;
  readonly kind: Exclude<ProviderKind, "scripted">;
  /** Of Azure: the query parameter `api-version`. */
  readonly apiVersion?: string | undefined;
  /** Of Bedrock; without it the functions' own. */
  readonly region?: string | undefined;
  /** Without any, a server of its own may be asked for every model. */
  readonly models: readonly ListedModel[];
}

/** A provider with all that it takes to call it. */
export interface ConfiguredProvider extends NamedProvider {
  readonly apiKey?: string | undefined;
  /** Whether its server may know models that are not listed. */
  readonly takesAnyModel: boolean;
}

/** Where a deployment's providers are written down. */
export interface ProviderSources {
  readonly openaiApiKey?: string | undefined;
  readonly openaiBaseUrl?: string | undefined;
  /** Names of the models that the server at `openaiBaseUrl` has. */
  readonly openaiModels?: readonly string[] | undefined;
  readonly anthropicApiKey?: string | undefined;
  readonly anthropicBaseUrl?: string | undefined;
  readonly named?: readonly NamedProvider[] | undefined;
  /** Keys of the named ones, by name. */
  readonly providerKeys?: Readonly<Record<string, string>> | undefined;
}

function namedProvider(provider: NamedProvider, apiKey: string | undefined): ConfiguredProvider | undefined {
  const { kind, baseUrl, models } = provider;
  const needsKey = kind !== "bedrock" && !baseUrl;
  if (needsKey && !apiKey) return undefined;
  return { ...provider, apiKey, takesAnyModel: models.length === 0 && Boolean(baseUrl) };
}

/** Every provider that can be called, in the order of preference; the offline one aside. */
export function configuredProviders(sources: ProviderSources): ConfiguredProvider[] {
  const { openaiApiKey, openaiBaseUrl, openaiModels = [], anthropicApiKey, anthropicBaseUrl } = sources;
  const openai: ConfiguredProvider = {
    name: "openai",
    kind: "openai",
    baseUrl: openaiBaseUrl || undefined,
    apiKey: openaiApiKey || undefined,
    models: openaiModels.map((name) => ({ name })),
    takesAnyModel: Boolean(openaiBaseUrl),
  };
  const anthropic: ConfiguredProvider = {
    name: "anthropic",
    kind: "anthropic",
    baseUrl: anthropicBaseUrl || undefined,
    apiKey: anthropicApiKey,
    models: [],
    takesAnyModel: false,
  };
  const named = (sources.named ?? []).map((each) => namedProvider(each, sources.providerKeys?.[each.name]));
  const all = [
    ...(openaiApiKey || openaiBaseUrl ? [openai] : []),
    ...(anthropicApiKey ? [anthropic] : []),
    ...named.filter((each) => each !== undefined),
  ];
  return all.map((each) =>
    each.kind === "openai" ? { ...each, runsInBackground: deviationsOf(each).runsInBackground } : each,
  );
}

/** Names of the providers that lack their key. */
export function providersWithoutKey({ named = [], providerKeys = {} }: ProviderSources): string[] {
  return named
    .filter((each) => namedProvider(each, providerKeys[each.name]) === undefined)
    .map(({ name }) => name);
}

/** Whether its models are those that Parley knows, where it lists none. */
export function hasKnownModels(provider: ConfiguredProvider): boolean {
  const { kind, models } = provider;
  if (models.length > 0 || kind === "bedrock") return false;
  return kind === "anthropic" || isOpenAi(provider);
}
