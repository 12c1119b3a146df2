import type { adminModelRoutes } from "@parley/contract/routes/admin-models";
import { recordLook } from "@parley/data/admin-actions";
import type { Operation } from "@parley/http/api-types";
import { type ModelDependencies, readEntries } from "./read-entries.ts";
import { renderModel } from "./render-model.ts";

/** Every model of the deployment, those that are not offered too. */
export function listAdminModels(
  models: ModelDependencies,
): Operation<(typeof adminModelRoutes)["listAdminModels"]> {
  return async ({ caller, requestId }) => {
    await recordLook(models.database, { adminId: caller.userId, action: "models.listed", requestId });
    const data = (await readEntries(models)).map(renderModel);
    return { status: 200, body: { data, providersWithoutKey: [...models.keyless] } };
  };
}
