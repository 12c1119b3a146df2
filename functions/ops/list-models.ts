import { renderPrice } from "@parley/contract/render/price";
import type { opsRoutes } from "@parley/contract/routes/ops";
import type { Database } from "@parley/data/database";
import type { OfferedModels } from "@parley/data/send-message";
import type { Operation } from "@parley/http/api-types";
import type { ModelCatalog } from "@parley/llm/models";
import { type ModelEntry, partsOf, readModels } from "@parley/sending/model-list";

function toModel(entry: ModelEntry) {
  const { id, displayName, isDefault, contextTokens, maxOutputTokens, parameters = [] } = entry;
  return {
    id,
    ...partsOf(id),
    displayName,
    isDefault,
    contextTokens,
    maxOutputTokens,
    price: renderPrice(entry),
    parameters: [...parameters],
  };
}

/** The models that the caller may use, the one of conversations that name none first. */
export function listModels(
  database: Database,
  catalog: ModelCatalog,
  offered: OfferedModels,
): Operation<(typeof opsRoutes)["listModels"]> {
  return async () => {
    const models = (await readModels(database, catalog, offered)).filter(({ isOffered }) => isOffered);
    const [first, others] = [
      models.filter((each) => each.isDefault),
      models.filter((each) => !each.isDefault),
    ];
    return { status: 200, body: { data: [...first, ...others].map(toModel) } };
  };
}
