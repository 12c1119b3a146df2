import { askingOf } from "@parley/application/asking";
import { callersOf } from "@parley/application/callers";
import { openParts } from "@parley/application/parts";
import { conversationRoutes } from "@parley/contract/routes/conversations";
import { isConnectionFailure } from "@parley/data/database-errors";
import { createApi } from "@parley/http/create-api";
import { parseEnvironment } from "@parley/runtime/environment";
import { loadSecrets } from "@parley/runtime/secrets";
import { configSchema } from "./config.ts";
import { createConversation } from "./create-conversation.ts";
import { deleteConversation } from "./delete-conversation.ts";
import { getConversation } from "./get-conversation.ts";
import { listConversations } from "./list-conversations.ts";
import { restoreConversation } from "./restore-conversation.ts";
import { updateConversation } from "./update-conversation.ts";

const config = parseEnvironment(configSchema);
const parts = { ...(await openParts(config)), asking: askingOf(config, await loadSecrets()) };

export const handler = createApi({
  routes: conversationRoutes,
  operations: {
    listConversations: listConversations(parts),
    createConversation: createConversation(parts),
    getConversation: getConversation(parts),
    updateConversation: updateConversation(parts),
    deleteConversation: deleteConversation(parts),
    restoreConversation: restoreConversation(parts),
  },
  resolveCaller: callersOf(parts.database, config),
  apiRatePerSecond: config.API_RATE_PER_SECOND,
  onConnectionError: isConnectionFailure,
});
