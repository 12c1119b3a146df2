import { callersOf } from "@parley/composition/callers";
import { openDependencies } from "@parley/composition/dependencies";
import { openRealtime } from "@parley/composition/open-realtime";
import { providerSources } from "@parley/composition/provider-sources";
import { adminRoutes } from "@parley/contract/routes/admin";
import { adminModelRoutes } from "@parley/contract/routes/admin-models";
import { isConnectionFailure } from "@parley/data/database-errors";
import { createApi } from "@parley/http/create-api";
import { readQueueDepth } from "@parley/jobs/queue-depth";
import { providersWithoutKey } from "@parley/llm/configured-providers";
import { serverMarks } from "@parley/llm/lessons";
import { readEnvironment } from "@parley/runtime/environment";
import { loadSecrets } from "@parley/runtime/secrets";
import { askingOf } from "@parley/sending/asking";
import { settings } from "./config.ts";
import { deleteModel } from "./delete-model.ts";
import { forgetLearnt } from "./forget-learnt.ts";
import { getAdminModel } from "./get-admin-model.ts";
import { getAllUsage } from "./get-all-usage.ts";
import { getStats } from "./get-stats.ts";
import { getUser } from "./get-user.ts";
import { grantTokens } from "./grant-tokens.ts";
import { listAdminActions } from "./list-admin-actions.ts";
import { listAdminModels } from "./list-admin-models.ts";
import { listAllReplies } from "./list-all-replies.ts";
import { listUsers } from "./list-users.ts";
import { retryReply } from "./retry-reply.ts";
import { updateUser } from "./update-user.ts";
import { writeModel } from "./write-model.ts";

const config = readEnvironment(settings);
const secrets = await loadSecrets();
const dependencies = { ...(await openDependencies(config)), asking: askingOf(config, secrets) };
const { database, cache } = dependencies;

// Only deleting a user needs Cognito's client: it is not loaded before.
const signIns = () => import("@parley/identity/delete-sign-in");
const deletion = {
  database,
  cache,
  realtime: openRealtime(config, database),
  findUsername: async (subject: string) => (await signIns()).findUsername(config.USER_POOL_ID, subject),
  deleteSignIn: async (username: string) => (await signIns()).deleteSignIn(config.USER_POOL_ID, username),
};

// Only this asks a provider's server.
const discovery = {
  ...dependencies,
  sources: { ...providerSources(config, secrets), anthropicBaseUrl: config.ANTHROPIC_BASE_URL },
};

const models = {
  ...dependencies,
  marks: serverMarks(discovery.sources),
  keyless: providersWithoutKey(discovery.sources),
};

export const handler = createApi({
  routes: { ...adminRoutes, ...adminModelRoutes },
  operations: {
    listUsers: listUsers(database),
    getUser: getUser(database),
    updateUser: updateUser(dependencies),
    deleteUser: async (request) => (await import("./delete-user.ts")).deleteUser(deletion)(request),
    grantTokens: grantTokens(database),
    getStats: getStats(database, () => readQueueDepth(config.QUEUE_URL)),
    getAllUsage: getAllUsage(database),
    listAllReplies: listAllReplies(database),
    retryReply: retryReply(dependencies),
    listAdminActions: listAdminActions(database),
    listAdminModels: listAdminModels(models),
    getAdminModel: getAdminModel(models),
    writeModel: writeModel(models),
    deleteModel: deleteModel(models),
    forgetLearnt: forgetLearnt(models),
    discoverModels: async (request) =>
      (await import("./discover-models.ts")).discoverModels(discovery)(request),
  },
  resolveCaller: callersOf(database, config),
  apiRatePerSecond: config.API_RATE_PER_SECOND,
  onConnectionError: isConnectionFailure,
});
