import type { adminModelRoutes } from "@parley/contract/routes/admin-models";
import { recordLook } from "@parley/data/admin-actions";
import type { Operation } from "@parley/http/api-types";
import type { AskingDependencies } from "@parley/sending/asking";
import { readModels } from "@parley/sending/model-list";
import { renderModel } from "./render-model.ts";

/** Every model of the deployment, those that are not offered too. */
export function listAdminModels({
  database,
  asking,
}: Pick<AskingDependencies, "database" | "asking">): Operation<(typeof adminModelRoutes)["listAdminModels"]> {
  return async ({ caller, requestId }) => {
    await recordLook(database, { adminId: caller.userId, action: "models.listed", requestId });
    const models = await readModels(database, asking.catalog, asking.terms);
    return { status: 200, body: { data: models.map(renderModel) } };
  };
}
