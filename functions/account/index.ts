import { callersOf } from "@parley/composition/callers";
import { openCache } from "@parley/composition/open-cache";
import { openDeploymentDatabase } from "@parley/composition/open-deployment-database";
import { openRealtime } from "@parley/composition/open-realtime";
import { expensiveRate } from "@parley/composition/rates";
import { tracedDatabase } from "@parley/composition/traced-database";
import { accountRoutes } from "@parley/contract/routes/account";
import { isConnectionFailure } from "@parley/data/database-errors";
import { createApi } from "@parley/http/create-api";
import { readEnvironment } from "@parley/runtime/environment";
import { settings } from "./config.ts";
import { createPushTicket } from "./create-push-ticket.ts";
import { getMe } from "./get-me.ts";
import { getTokens } from "./get-tokens.ts";
import { getUsage } from "./get-usage.ts";
import { listLedger } from "./list-ledger.ts";
import { updateMe } from "./update-me.ts";

const config = readEnvironment(settings);
const database = tracedDatabase(await openDeploymentDatabase());

/** The catalog is for the few who choose a model: it is not loaded before. */
async function requireOffered(modelId: string, path: string): Promise<void> {
  const module = await import("./require-offered.ts");
  await module.requireOffered(database, config, modelId, path);
}

const deletionParts = {
  database,
  realtime: openRealtime(config, database),
  // Of all account routes, the deletion alone needs the cache and the SDK below: neither is loaded before.
  cache: await openCache(config),
  deleteSignIn: async (username: string) => {
    const { deleteSignIn } = await import("@parley/identity/delete-sign-in");
    await deleteSignIn(config.USER_POOL_ID, username);
  },
};

export const handler = createApi({
  routes: accountRoutes,
  operations: {
    getMe: getMe(database, config),
    updateMe: updateMe(database, config, requireOffered),
    // These two go through every table, by Drizzle, which no other account route needs.
    deleteMe: async (request) => (await import("./delete-me.ts")).deleteMe(deletionParts)(request),
    exportMe: async (request) => (await import("./export-me.ts")).exportMe(database)(request),
    getTokens: getTokens(database, config.MONTHLY_TOKENS),
    listLedger: listLedger(database),
    getUsage: getUsage(database),
    createPushTicket: createPushTicket(),
  },
  resolveCaller: callersOf(database, config, true),
  takeExpensive: expensiveRate(database, config),
  apiRatePerSecond: config.API_RATE_PER_SECOND,
  onConnectionError: isConnectionFailure,
});
