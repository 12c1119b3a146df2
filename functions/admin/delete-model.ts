import type { adminModelRoutes } from "@parley/contract/routes/admin-models";
import { deleteModel as removeModel } from "@parley/data/admin-models";
import type { Operation } from "@parley/http/api-types";
import { matchedVersion, missProblem } from "@parley/http/matched-version";
import { problem } from "@parley/http/problem";
import type { AskingDependencies } from "@parley/sending/asking";
import { findEntry } from "./get-admin-model.ts";
import { modelEtag } from "./render-model.ts";
import { noDefaultProblem } from "./write-model.ts";

/** Takes back what admins wrote about a model. */
export function deleteModel({
  database,
  asking,
}: Pick<AskingDependencies, "database" | "asking">): Operation<(typeof adminModelRoutes)["deleteModel"]> {
  return async ({ params: { modelId }, caller, headers, requestId }) => {
    const expectedVersion = await matchedVersion(headers.ifMatch, async () => {
      const found = await findEntry(database, asking, modelId);
      return found && { version: Number(modelEtag(found)) };
    });
    const by = { adminId: caller.userId, requestId, modelId, expectedVersion, offered: asking.terms };
    const { outcome } = await removeModel(database, by);
    if (outcome === "stale") throw missProblem("stale");
    if (outcome === "no_default") throw noDefaultProblem();
    if (outcome === "not_found") {
      if ((await findEntry(database, asking, modelId)) === undefined) throw problem("not-found");
      const detail =
        "The deployment's settings list it, and nothing else was written about it: disable it instead.";
      throw problem("conflict", { detail });
    }
    return { status: 204 };
  };
}
