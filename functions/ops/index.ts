import { opsRoutes } from "@parley/contract/routes/ops";
import { openDatabase } from "@parley/data/database";
import { isConnectionFailure } from "@parley/data/database-errors";
import { resolveUser } from "@parley/data/users";
import { createApi } from "@parley/http/create-api";
import { availableModels, defaultModel } from "@parley/llm/models";
import { parseEnvironment } from "@parley/runtime/environment";
import { loadDatabaseUrl, loadSecrets } from "@parley/runtime/secrets";
import { configSchema } from "./config.ts";
import { getHealth } from "./get-health.ts";
import { listModels } from "./list-models.ts";

const config = parseEnvironment(configSchema);
const { openaiApiKey, anthropicApiKey } = await loadSecrets();
// Whoever asks for its health wants an answer before giving up.
const database = openDatabase(await loadDatabaseUrl(), { statementTimeoutMillis: 4_000 });

const hasProvider = Boolean(openaiApiKey || config.OPENAI_BASE_URL || anthropicApiKey);
const catalog = availableModels({
  openaiApiKey,
  openaiBaseUrl: config.OPENAI_BASE_URL,
  anthropicApiKey,
  includeScripted: !hasProvider || config.DEFAULT_MODEL?.startsWith("scripted/") === true,
});

/** Also answers `$default`: whatever no route matches. */
export const handler = createApi({
  routes: opsRoutes,
  operations: {
    listModels: listModels(catalog, defaultModel(catalog, config.DEFAULT_MODEL)),
    getHealth: getHealth(database),
  },
  resolveCaller: ({ sub }) => resolveUser(database, { sub }, config.NEW_USER_TOKENS),
  apiRatePerSecond: config.API_RATE_PER_SECOND,
  onConnectionError: isConnectionFailure,
});
