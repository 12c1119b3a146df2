import type { ModelTerms, OfferedModels } from "@parley/data/send-message";
import { invalid } from "@parley/http/problem";
import { defaultModel, findModel, type Model, type ModelCatalog } from "@parley/llm/models";

function termsOf({ id: _id, provider: _provider, kind: _kind, name: _name, ...terms }: Model): ModelTerms {
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
  for (const { name } of catalog.openProviders) {
    const any = findModel(`${name}/*`, catalog);
    if (any !== undefined) offered.push([any.id, termsOf(any)]);
  }
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
