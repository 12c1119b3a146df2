import { callersOf } from "@parley/composition/callers";
import { openDeploymentDatabase } from "@parley/composition/open-deployment-database";
import { providerSources } from "@parley/composition/provider-sources";
import { tracedDatabase } from "@parley/composition/traced-database";
import { opsRoutes } from "@parley/contract/routes/ops";
import { isConnectionFailure } from "@parley/data/database-errors";
import { createApi } from "@parley/http/create-api";
import { readQueueDepth } from "@parley/jobs/queue-depth";
import { deploymentModels } from "@parley/llm/models";
import { readEnvironment } from "@parley/runtime/environment";
import { loadSecrets } from "@parley/runtime/secrets";
import { offeredModels } from "@parley/sending/models";
import { settings } from "./config.ts";
import { getHealth } from "./get-health.ts";
import { getMetrics } from "./get-metrics.ts";
import { listModels } from "./list-models.ts";

const config = readEnvironment(settings);
const secrets = await loadSecrets();
// Whoever asks for its health wants an answer before giving up.
const database = tracedDatabase(await openDeploymentDatabase({ statementTimeoutMillis: 4_000 }));

const catalog = deploymentModels(providerSources(config, secrets), config.DEFAULT_MODEL);

/** Also answers `$default`: whatever no route matches. */
export const handler = createApi({
  routes: opsRoutes,
  operations: {
    listModels: listModels(database, catalog, offeredModels(catalog, config.DEFAULT_MODEL)),
    getMetrics: getMetrics(database, () => readQueueDepth(config.QUEUE_URL), secrets.metricsToken),
    getHealth: getHealth(database, secrets.metricsToken),
  },
  // The table of all routes is loaded by the first request that needs it.
  answerUnmatched: async (request) => (await import("./answer-unmatched.ts")).answerUnmatched(request),
  resolveCaller: callersOf(database, config),
  apiRatePerSecond: config.API_RATE_PER_SECOND,
  onConnectionError: isConnectionFailure,
});
