import { renderPrice } from "@parley/contract/render/price";
import type { AdminModel } from "@parley/contract/schemas/model";
import { type ModelEntry, partsOf } from "@parley/sending/model-list";

/** The ETag of what admins wrote; of a model of the settings alone it is 0. */
export function modelEtag({ row }: ModelEntry): string {
  return String(row?.version ?? 0);
}

export function renderModel(entry: ModelEntry): AdminModel {
  const { id, displayName, row, contextTokens, maxOutputTokens, parameters = [], costPerMillion } = entry;
  const { isEnabled, isOffered, isDefault, isFallback, position } = entry;
  return {
    id,
    ...partsOf(id),
    displayName,
    source: row === undefined ? "settings" : "admin",
    contextTokens,
    maxOutputTokens,
    price: renderPrice(entry),
    parameters: [...parameters],
    costPerMillion: costPerMillion ?? null,
    background: entry.background ?? false,
    isEnabled,
    isOffered,
    isDefault,
    isFallback,
    position,
    createdAt: row?.createdAt.toISOString() ?? null,
    updatedAt: row?.updatedAt.toISOString() ?? null,
  };
}
