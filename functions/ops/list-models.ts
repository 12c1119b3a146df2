import { renderPrice } from "@parley/contract/render/price";
import type { opsRoutes } from "@parley/contract/routes/ops";
import type { Operation } from "@parley/http/api-types";
import type { Model, ModelCatalog } from "@parley/llm/models";

function toModel(model: Model, defaultId: string) {
  const { id, name, provider, contextTokens, maxOutputTokens } = model;
  return {
    id,
    name,
    provider,
    isDefault: id === defaultId,
    contextTokens,
    maxOutputTokens,
    price: renderPrice(model),
  };
}

/** The models of this deployment, the one of conversations that name none first. */
export function listModels(
  catalog: ModelCatalog,
  defaultModel: Model,
): Operation<(typeof opsRoutes)["listModels"]> {
  const others = catalog.models.filter((model) => model.id !== defaultModel.id);
  const data = [defaultModel, ...others].map((model) => toModel(model, defaultModel.id));
  return async () => ({ status: 200, body: { data } });
}
