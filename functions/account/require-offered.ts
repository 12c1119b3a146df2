import { providerSources } from "@parley/composition/provider-sources";
import type { ModelSettings } from "@parley/composition/settings";
import type { Database } from "@parley/data/database";
import { deploymentModels } from "@parley/llm/models";
import { loadSecrets } from "@parley/runtime/secrets";
import { offeredModels, requireOffered as requireOneOf } from "@parley/sending/models";

/** @throws Problem 400 at `path` when this deployment does not offer the model */
export async function requireOffered(
  database: Database,
  settings: ModelSettings & { DEFAULT_MODEL: string | undefined },
  modelId: string,
  path: string,
): Promise<void> {
  const catalog = deploymentModels(providerSources(settings, await loadSecrets()), settings.DEFAULT_MODEL);
  await requireOneOf(database, offeredModels(catalog, settings.DEFAULT_MODEL), modelId, path);
}
