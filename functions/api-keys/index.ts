import { callersOf } from "@parley/composition/callers";
import { openDeploymentDatabase } from "@parley/composition/open-deployment-database";
import { openRealtime } from "@parley/composition/open-realtime";
import { tracedDatabase } from "@parley/composition/traced-database";
import { apiKeyRoutes } from "@parley/contract/routes/api-keys";
import { isConnectionFailure } from "@parley/data/database-errors";
import { createApi } from "@parley/http/create-api";
import { readEnvironment } from "@parley/runtime/environment";
import { settings } from "./config.ts";
import { createApiKey } from "./create-api-key.ts";
import { deleteApiKey } from "./delete-api-key.ts";
import { listApiKeys } from "./list-api-keys.ts";

const config = readEnvironment(settings);
const database = tracedDatabase(await openDeploymentDatabase());

export const handler = createApi({
  routes: apiKeyRoutes,
  operations: {
    listApiKeys: listApiKeys(database),
    createApiKey: createApiKey(database),
    deleteApiKey: deleteApiKey({ database, realtime: openRealtime(config, database) }),
  },
  resolveCaller: callersOf(database, config),
  apiRatePerSecond: config.API_RATE_PER_SECOND,
  onConnectionError: isConnectionFailure,
});
