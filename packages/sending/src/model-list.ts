import type { Database } from "@parley/data/database";
import { listModelRows, type OfferedRow } from "@parley/data/models";
import type { ModelTerms, OfferedModels } from "@parley/data/send-message";
import { findModel, type ModelCatalog } from "@parley/llm/models";

/** A model as it is now, whoever says so. */
export interface ModelEntry extends ModelTerms {
  id: string;
  displayName: string | null;
  /** What admins wrote; undefined where the settings alone speak of it. */
  row: OfferedRow | undefined;
  isEnabled: boolean;
  isOffered: boolean;
  isDefault: boolean;
  isFallback: boolean;
  position: number;
}

function entryOfRow(row: OfferedRow, defaultModel: string): ModelEntry {
  const { priceFlat, priceInput, priceOutput, priceCachedInput, costPerMillion, version: _, ...rest } = row;
  return {
    ...rest,
    priceFlat: priceFlat ?? undefined,
    priceInput: priceInput ?? undefined,
    priceOutput: priceOutput ?? undefined,
    priceCachedInput: priceCachedInput ?? undefined,
    costPerMillion: costPerMillion ?? undefined,
    row,
    isDefault: row.id === defaultModel,
  };
}

/** Every model of the deployment, in the order in which people see them. */
export async function readModels(
  database: Database,
  catalog: ModelCatalog,
  offered: OfferedModels,
): Promise<ModelEntry[]> {
  const { rows, defaultModel } = await listModelRows(database, offered);
  const written = new Set(rows.map(({ id }) => id));
  const named = [...catalog.models, findModel(offered.defaultModel, catalog)];
  const configured = new Map(named.flatMap((model) => (model === undefined ? [] : [[model.id, model]])));
  const others = [...configured.values()].filter(({ id }) => !written.has(id));
  const entries = [
    ...others.map(({ provider: _provider, kind: _kind, name: _name, displayName = null, ...terms }) => ({
      ...terms,
      displayName,
      row: undefined,
      isEnabled: true,
      isOffered: true,
      isDefault: terms.id === defaultModel,
      isFallback: false,
      position: 0,
    })),
    ...rows.map((row) => entryOfRow(row, defaultModel)),
  ];
  const order = [...configured.keys()];
  const placeOf = (id: string) => (configured.has(id) ? order.indexOf(id) : order.length);
  return entries.sort((one, other) => one.position - other.position || placeOf(one.id) - placeOf(other.id));
}

/** The parts of an id: the provider's name, and its own of the model. */
export function partsOf(id: string): { provider: string; name: string } {
  const [provider = ""] = id.split("/", 1);
  return { provider, name: id.slice(provider.length + 1) };
}
