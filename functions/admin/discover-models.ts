import type { adminModelRoutes } from "@parley/contract/routes/admin-models";
import { recordLook } from "@parley/data/admin-actions";
import type { Operation } from "@parley/http/api-types";
import { invalid, type Problem, problem } from "@parley/http/problem";
import {
  type ConfiguredProvider,
  configuredProviders,
  type ProviderSources,
} from "@parley/llm/configured-providers";
import { discoverModels as askServer, type DiscoveredModel } from "@parley/llm/discover-models";
import { LlmError } from "@parley/llm/errors";
import type { AskingDependencies } from "@parley/sending/asking";
import { partsOf, readModels } from "@parley/sending/model-list";

// Less than a request has in all.
const patienceMillis = 10_000;

interface Dependencies extends Pick<AskingDependencies, "database" | "asking"> {
  sources: ProviderSources;
}

function silent(provider: string, error: unknown): Problem {
  const status = error instanceof LlmError ? error.status : undefined;
  const reason = status === undefined ? "" : `: it answered with status ${status}`;
  return problem("unavailable", {
    detail: `The server of ${provider} does not list its models${reason}.`,
    headers: { "Retry-After": "10" },
  });
}

/** Bedrock and the offline provider have what the settings list, and no server that says it as the others do. */
async function listedBy(provider: ConfiguredProvider | undefined): Promise<DiscoveredModel[]> {
  if (provider === undefined || provider.kind === "bedrock") return [];
  try {
    return await askServer(provider, { patienceMillis });
  } catch (error) {
    throw silent(provider.name, error);
  }
}

/** What the server of a provider offers, beside what the deployment knows of it already. */
export function discoverModels({
  database,
  asking,
  sources,
}: Dependencies): Operation<(typeof adminModelRoutes)["discoverModels"]> {
  return async ({ body, caller, requestId }) => {
    const names = asking.catalog.providers.map(({ name }) => name);
    if (!names.includes(body.provider)) {
      throw invalid("body.provider", `is not a provider of this deployment: ${names.join(", ")}`);
    }
    await recordLook(database, { adminId: caller.userId, action: "models.discovered", requestId });
    const configured = configuredProviders(sources).find(({ name }) => name === body.provider);
    const discovered = await listedBy(configured);
    const known = await readModels(database, asking.catalog, asking.terms);
    const offered = new Set(known.filter(({ isOffered }) => isOffered).map(({ id }) => id));
    const own = known
      .map(({ id, displayName, contextTokens }) => ({ ...partsOf(id), displayName, contextTokens }))
      .filter(({ provider }) => provider === body.provider);
    const found = new Map([...own, ...discovered].map((model) => [model.name, model]));
    const data = [...found.values()].map(({ name, displayName, contextTokens }) => {
      const id = `${body.provider}/${name}`;
      return {
        id,
        name,
        displayName: displayName ?? null,
        contextTokens: contextTokens ?? null,
        isOffered: offered.has(id),
      };
    });
    return { status: 200, body: { data } };
  };
}
