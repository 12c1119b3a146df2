import { askingOf } from "@parley/application/asking";
import { callersOf } from "@parley/application/callers";
import { embedderOf } from "@parley/application/embedding";
import { openParts } from "@parley/application/parts";
import { messageRoutes } from "@parley/contract/routes/messages";
import { isConnectionFailure } from "@parley/data/database-errors";
import { createApi } from "@parley/http/create-api";
import { createEmbeddingQueue } from "@parley/jobs/embedding-queue";
import { parseEnvironment } from "@parley/runtime/environment";
import { loadSecrets } from "@parley/runtime/secrets";
import { askAgain } from "./ask-again.ts";
import { configSchema } from "./config.ts";
import { deleteMessage } from "./delete-message.ts";
import { editMessage } from "./edit-message.ts";
import { estimateReply } from "./estimate-reply.ts";
import { findSimilarMessages } from "./find-similar-messages.ts";
import { getMessage } from "./get-message.ts";
import { listMessages } from "./list-messages.ts";
import { searchMessages } from "./search-messages.ts";
import { sendMessage } from "./send-message.ts";

const config = parseEnvironment(configSchema);
const secrets = await loadSecrets();
const parts = {
  ...(await openParts(config)),
  asking: askingOf(config, secrets),
  embedder: embedderOf(config, secrets),
  embeddings: createEmbeddingQueue(config.EMBEDDING_QUEUE_URL),
};

export const handler = createApi({
  routes: messageRoutes,
  operations: {
    searchMessages: searchMessages(parts),
    findSimilarMessages: findSimilarMessages(parts),
    listMessages: listMessages(parts),
    sendMessage: sendMessage(parts),
    getMessage: getMessage(parts),
    editMessage: editMessage(parts),
    deleteMessage: deleteMessage(parts),
    estimateReply: estimateReply(parts),
    askAgain: askAgain(parts),
  },
  resolveCaller: callersOf(parts.database, config),
  apiRatePerSecond: config.API_RATE_PER_SECOND,
  onConnectionError: isConnectionFailure,
});
