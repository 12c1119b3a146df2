import type { adminModelRoutes } from "@parley/contract/routes/admin-models";
import { deleteModel as removeModel } from "@parley/data/admin-models";
import type { Operation } from "@parley/http/api-types";
import { matchedVersion, missProblem } from "@parley/http/matched-version";
import { problem } from "@parley/http/problem";
import { findEntry, type ModelDependencies } from "./read-entries.ts";
import { withoutLessons, writtenVersion } from "./render-model.ts";
import { noDefaultProblem } from "./write-model.ts";

/** Takes back what admins wrote about a model. */
export function deleteModel(models: ModelDependencies): Operation<(typeof adminModelRoutes)["deleteModel"]> {
  const { database, asking } = models;
  return async ({ params: { modelId }, caller, headers, requestId }) => {
    const expectedVersion = await matchedVersion(withoutLessons(headers.ifMatch), async () => {
      const found = await findEntry(models, modelId);
      return found && { version: writtenVersion(found) };
    });
    const by = { adminId: caller.userId, requestId, modelId, expectedVersion, offered: asking.terms };
    const { outcome } = await removeModel(database, by);
    if (outcome === "stale") throw missProblem("stale");
    if (outcome === "no_default") throw noDefaultProblem();
    if (outcome === "not_found") {
      if ((await findEntry(models, modelId)) === undefined) throw problem("not-found");
      const detail =
        "The deployment's settings list it, and nothing else was written about it: disable it instead.";
      throw problem("conflict", { detail });
    }
    return { status: 204 };
  };
}
