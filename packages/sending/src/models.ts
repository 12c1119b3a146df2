import type { Database } from "@parley/data/database";
import { isModelOffered } from "@parley/data/models";
import type { ModelTerms, OfferedModels } from "@parley/data/send-message";
import { invalid, type Problem } from "@parley/http/problem";
import { defaultModel, findModel, type Model, type ModelCatalog } from "@parley/llm/models";

function termsOf(model: Model): ModelTerms {
  const { id: _id, provider: _provider, kind: _kind, name: _name, ...terms } = model;
  const { takesTools: _takesTools, runsInBackground: _runsInBackground, ...rest } = terms;
  return rest;
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
  const providers = catalog.providers.map(({ name }) => name);
  return { models: Object.fromEntries(offered), providers, defaultModel: byDefault.id };
}

/** Why the model of a request is refused. */
export function notOffered(path: string): Problem {
  return invalid(path, "is not a model that GET /v1/models lists");
}

/** @throws Problem 400 at `path` when the model cannot be asked now; null and undefined pass. */
export async function requireOffered(
  database: Database,
  offered: OfferedModels,
  id: string | null | undefined,
  path = "body.model",
): Promise<void> {
  if (id && !(await isModelOffered(database, offered, id))) throw notOffered(path);
}
