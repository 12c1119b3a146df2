import type { opsRoutes } from "@parley/contract/routes/ops";
import type { Operation } from "@parley/http/api-types";
import type { Model, ModelCatalog, Price } from "@parley/llm/models";

function toPrice(price: Price) {
  if (price.kind === "flat") return price;
  return { kind: price.kind, inputPer1000: price.inputPerThousand, outputPer1000: price.outputPerThousand };
}

function toModel({ id, name, provider, contextTokens, maxOutputTokens, price }: Model, defaultId: string) {
  return {
    id,
    name,
    provider,
    isDefault: id === defaultId,
    contextTokens,
    maxOutputTokens,
    price: toPrice(price),
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
