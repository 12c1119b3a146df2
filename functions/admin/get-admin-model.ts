import type { adminModelRoutes } from "@parley/contract/routes/admin-models";
import { recordLook } from "@parley/data/admin-actions";
import type { Database } from "@parley/data/database";
import type { Operation } from "@parley/http/api-types";
import { problem } from "@parley/http/problem";
import type { Asking, AskingDependencies } from "@parley/sending/asking";
import { type ModelEntry, readModels } from "@parley/sending/model-list";
import { modelEtag, renderModel } from "./render-model.ts";

/** The model of that id; undefined where neither settings nor admins speak of it. */
export async function findEntry(
  database: Database,
  { catalog, terms }: Asking,
  id: string,
): Promise<ModelEntry | undefined> {
  const models = await readModels(database, catalog, terms);
  return models.find((model) => model.id === id);
}

export function getAdminModel({
  database,
  asking,
}: Pick<AskingDependencies, "database" | "asking">): Operation<(typeof adminModelRoutes)["getAdminModel"]> {
  return async ({ params: { modelId }, caller, requestId }) => {
    await recordLook(database, { adminId: caller.userId, action: "model.read", requestId });
    const found = await findEntry(database, asking, modelId);
    if (found === undefined) throw problem("not-found");
    return { status: 200, body: renderModel(found), etag: modelEtag(found) };
  };
}
