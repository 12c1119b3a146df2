import type { adminModelRoutes } from "@parley/contract/routes/admin-models";
import { writeModel as storeModel, type WrittenModel } from "@parley/data/admin-models";
import type { ApiRequest, Operation } from "@parley/http/api-types";
import { matchedVersion, missProblem } from "@parley/http/matched-version";
import { invalid, type Problem, problem } from "@parley/http/problem";
import { defaultParameters, identifyModel, type ModelCatalog, type ModelIdentity } from "@parley/llm/models";
import { partsOf } from "@parley/sending/model-list";
import { findEntry, type ModelDependencies } from "./read-entries.ts";
import { modelEtag, renderModel, withoutLessons, writtenVersion } from "./render-model.ts";

type Route = (typeof adminModelRoutes)["writeModel"];

/** @throws Problem 400 for a model that the deployment could not ask */
function requireProvider(
  { asking: { catalog }, keyless }: ModelDependencies,
  modelId: string,
): ModelIdentity {
  const identity = identifyModel(modelId, catalog.providers);
  if (identity === undefined) {
    const { provider } = partsOf(modelId);
    if (keyless.includes(provider))
      throw invalid("params.modelId", `needs the key of ${provider}, which is missing`);
    const names = catalog.providers.map(({ name }) => name).join(", ");
    throw invalid("params.modelId", `must begin with a provider of this deployment: ${names}`);
  }
  if (identity.kind === "bedrock" && !isListed(catalog, modelId)) {
    throw invalid(
      "params.modelId",
      "is not listed by the stage, which lets the functions call those of Bedrock",
    );
  }
  return identity;
}

function isListed({ models }: ModelCatalog, modelId: string): boolean {
  return models.some(({ id }) => id === modelId);
}

function toRow({ price, ...body }: ApiRequest<Route>["body"], identity: ModelIdentity): WrittenModel {
  const isFlat = price.kind === "flat";
  return {
    ...body,
    displayName: body.displayName ?? null,
    parameters: body.parameters ?? [...defaultParameters(identity)],
    costPerMillion: body.costPerMillion ?? null,
    priceFlat: isFlat ? price.tokens : null,
    priceInput: isFlat ? null : price.inputPer1000,
    priceOutput: isFlat ? null : price.outputPer1000,
    priceCachedInput: isFlat ? null : (price.cachedInputPer1000 ?? null),
  };
}

/** Why the default model stays as it is. */
export function noDefaultProblem(): Problem {
  return problem("conflict", {
    detail: "It answers conversations that name no model. Make another model the default first.",
  });
}

/** Writes all that there is to say of a model; it is in force for the next message. */
export function writeModel(models: ModelDependencies): Operation<Route> {
  const { database, asking } = models;
  return async ({ params: { modelId }, body, caller, headers, requestId }) => {
    const identity = requireProvider(models, modelId);
    if (body.background && !identity.runsInBackground) {
      throw invalid("body.background", "needs a provider that answers in the background, as OpenAI does");
    }
    const expectedVersion = await matchedVersion(withoutLessons(headers.ifMatch), async () => {
      const found = await findEntry(models, modelId);
      return found && { version: writtenVersion(found) };
    });
    const by = { adminId: caller.userId, requestId, modelId, expectedVersion, offered: asking.terms };
    const written = await storeModel(database, by, toRow(body, identity));
    if (written.outcome === "stale") throw missProblem("stale");
    if (written.outcome === "no_default") throw noDefaultProblem();
    const entry = await findEntry(models, modelId);
    if (entry === undefined) throw problem("conflict", { detail: "Another admin has deleted it meanwhile." });
    return { status: 200, body: renderModel(entry), etag: modelEtag(entry) };
  };
}
