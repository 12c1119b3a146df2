import type { adminModelRoutes } from "@parley/contract/routes/admin-models";
import { recordLook } from "@parley/data/admin-actions";
import type { Operation } from "@parley/http/api-types";
import { problem } from "@parley/http/problem";
import { findEntry, type ModelDependencies } from "./read-entries.ts";
import { modelEtag, renderModel } from "./render-model.ts";

export function getAdminModel(
  models: ModelDependencies,
): Operation<(typeof adminModelRoutes)["getAdminModel"]> {
  return async ({ params: { modelId }, caller, requestId }) => {
    await recordLook(models.database, { adminId: caller.userId, action: "model.read", requestId });
    const found = await findEntry(models, modelId);
    if (found === undefined) throw problem("not-found");
    return { status: 200, body: renderModel(found), etag: modelEtag(found) };
  };
}
