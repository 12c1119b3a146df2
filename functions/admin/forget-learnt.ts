import type { adminModelRoutes } from "@parley/contract/routes/admin-models";
import { forgetLessons } from "@parley/data/model-lessons";
import type { Operation } from "@parley/http/api-types";
import { problem } from "@parley/http/problem";
import { findEntry, type ModelDependencies } from "./read-entries.ts";

/** Has a model's server asked in full again. */
export function forgetLearnt(
  models: ModelDependencies,
): Operation<(typeof adminModelRoutes)["forgetLearnt"]> {
  return async ({ params: { modelId }, caller, requestId }) => {
    if ((await findEntry(models, modelId)) === undefined) throw problem("not-found");
    await forgetLessons(models.database, { adminId: caller.userId, requestId, modelId });
    return { status: 204 };
  };
}
