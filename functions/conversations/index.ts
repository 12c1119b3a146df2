import { callersOf } from "@parley/composition/callers";
import { openDependencies } from "@parley/composition/dependencies";
import { expensiveRate } from "@parley/composition/rates";
import { conversationRoutes } from "@parley/contract/routes/conversations";
import { isConnectionFailure } from "@parley/data/database-errors";
import { createApi } from "@parley/http/create-api";
import { readEnvironment } from "@parley/runtime/environment";
import { loadSecrets } from "@parley/runtime/secrets";
import { askingOf } from "@parley/sending/asking";
import { settings } from "./config.ts";
import { createConversation } from "./create-conversation.ts";
import { deleteConversation } from "./delete-conversation.ts";
import { forkConversation } from "./fork-conversation.ts";
import { getConversation } from "./get-conversation.ts";
import { listConversations } from "./list-conversations.ts";
import { restoreConversation } from "./restore-conversation.ts";
import { updateConversation } from "./update-conversation.ts";

const config = readEnvironment(settings);
const dependencies = {
  ...(await openDependencies(config)),
  asking: askingOf(config, await loadSecrets()),
  retentionDays: config.RETENTION_DAYS,
};

const takeExpensive = expensiveRate(dependencies.database, config);

export const handler = createApi({
  routes: conversationRoutes,
  operations: {
    listConversations: listConversations({ ...dependencies, takeExpensive }),
    createConversation: createConversation(dependencies),
    getConversation: getConversation(dependencies),
    updateConversation: updateConversation(dependencies),
    deleteConversation: deleteConversation(dependencies),
    forkConversation: forkConversation(dependencies),
    restoreConversation: restoreConversation(dependencies),
  },
  resolveCaller: callersOf(dependencies.database, config),
  apiRatePerSecond: config.API_RATE_PER_SECOND,
  onConnectionError: isConnectionFailure,
});
