import type { SecretValues } from "./secret-values.ts";

/** What a stage says of its models. */
export interface StageModels {
  readonly openaiBaseUrl?: string | undefined;
  readonly providers?: readonly { readonly name: string }[] | undefined;
}

/** Who answers in a deployment, for people; nobody: the offline models do. */
export function answeringProviders(
  values: SecretValues,
  { openaiBaseUrl, providers = [] }: StageModels,
): string[] {
  const openai = openaiBaseUrl === undefined ? "OpenAI" : new URL(openaiBaseUrl).host;
  return [
    ...(values.openaiApiKey === undefined && openaiBaseUrl === undefined ? [] : [openai]),
    ...(values.anthropicApiKey === undefined ? [] : ["Anthropic"]),
    ...providers.map(({ name }) => name),
  ];
}

/**
 * What the deployment will run with, for people; no value itself.
 * @param isTokenNew whether the token of the metrics was generated just now
 */
export function describeValues(
  values: SecretValues,
  isTokenNew: boolean,
  models: StageModels = {},
): string[] {
  const providers = answeringProviders(values, models);
  return [
    providers.length === 0
      ? "Models: no key is set, so the offline scripted model answers."
      : `Models: ${providers.join(" and ")}.`,
    values.momentoApiKey === undefined
      ? "Cache: no Momento key is set, so there is none."
      : "Cache: Momento.",
    isTokenNew
      ? "Metrics: a token for GET /metrics was generated; it is metricsToken in the secret."
      : "Metrics: GET /metrics is for who has the secret's metricsToken.",
  ];
}
