import type { ModelTerms, OfferedModels } from "@parley/data/send-message";
import { invalid } from "@parley/http/problem";
import {
  availableModels,
  defaultModel,
  findModel,
  type Model,
  type ModelCatalog,
  type ModelCatalogInput,
} from "@parley/llm/models";

interface Configured extends Omit<ModelCatalogInput, "includeScripted"> {
  /** The id in DEFAULT_MODEL. */
  defaultModel: string | undefined;
}

/** The models of this deployment: the offline ones where there is no other, or where the default is one. */
export function deploymentModels(configured: Configured): ModelCatalog {
  const { openaiApiKey, openaiBaseUrl, anthropicApiKey } = configured;
  const hasProvider = Boolean(openaiApiKey || openaiBaseUrl || anthropicApiKey);
  const isDefaultScripted = configured.defaultModel?.startsWith("scripted/") === true;
  return availableModels({
    openaiApiKey,
    openaiBaseUrl,
    anthropicApiKey,
    includeScripted: !hasProvider || isDefaultScripted,
  });
}

function termsOf({ id: _id, provider: _provider, name: _name, ...terms }: Model): ModelTerms {
  return terms;
}

/**
 * The catalog as the database chooses from it.
 * @param configured the id in DEFAULT_MODEL.
 * @throws Error fit for a start-up message when there is no default model.
 */
export function offeredModels(catalog: ModelCatalog, configured: string | undefined): OfferedModels {
  const byDefault = defaultModel(catalog, configured);
  const offered = [...catalog.models, byDefault].map((model) => [model.id, termsOf(model)] as const);
  // `*` is a name like any other to a server whose models are not known here.
  const any = findModel("openai/*", catalog);
  if (any !== undefined) offered.push([any.id, termsOf(any)]);
  return { models: Object.fromEntries(offered), defaultModel: byDefault.id };
}

/** @throws Problem 400 at `body.model` when this deployment does not offer it; null and undefined pass. */
export function requireOffered(
  catalog: ModelCatalog,
  id: string | null | undefined,
  path = "body.model",
): void {
  if (id && findModel(id, catalog) === undefined) {
    throw invalid(path, "is not a model that GET /v1/models lists");
  }
}
