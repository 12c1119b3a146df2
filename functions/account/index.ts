import { callersOf } from "@parley/application/callers";
import { tracedDatabase } from "@parley/application/traced-database";
import { accountRoutes } from "@parley/contract/routes/account";
import { openDatabase } from "@parley/data/database";
import { isConnectionFailure } from "@parley/data/database-errors";
import { createApi } from "@parley/http/create-api";
import { parseEnvironment } from "@parley/runtime/environment";
import { loadDatabaseUrl } from "@parley/runtime/secrets";
import { configSchema } from "./config.ts";
import { getMe } from "./get-me.ts";
import { getTokens } from "./get-tokens.ts";
import { listLedger } from "./list-ledger.ts";
import { updateMe } from "./update-me.ts";

const config = parseEnvironment(configSchema);
const database = tracedDatabase(openDatabase(await loadDatabaseUrl()));

export const handler = createApi({
  routes: accountRoutes,
  operations: {
    getMe: getMe(database),
    updateMe: updateMe(database),
    getTokens: getTokens(database, config.MONTHLY_TOKENS),
    listLedger: listLedger(database),
  },
  resolveCaller: callersOf(database, config),
  apiRatePerSecond: config.API_RATE_PER_SECOND,
  onConnectionError: isConnectionFailure,
});
