import { callersOf } from "@parley/composition/callers";
import { openDependencies } from "@parley/composition/dependencies";
import { embedderOf } from "@parley/composition/embedder";
import { expensiveRate } from "@parley/composition/rates";
import { messageRoutes } from "@parley/contract/routes/messages";
import { isConnectionFailure } from "@parley/data/database-errors";
import { createApi } from "@parley/http/create-api";
import { createEmbeddingQueue } from "@parley/jobs/embedding-queue";
import { readEnvironment } from "@parley/runtime/environment";
import { loadSecrets } from "@parley/runtime/secrets";
import { askingOf } from "@parley/sending/asking";
import { askAgain } from "./ask-again.ts";
import { settings } from "./config.ts";
import { deleteMessage } from "./delete-message.ts";
import { editMessage } from "./edit-message.ts";
import { estimateReply } from "./estimate-reply.ts";
import { findSimilarMessages } from "./find-similar-messages.ts";
import { getMessage } from "./get-message.ts";
import { listMessages } from "./list-messages.ts";
import { rateAnswer } from "./rate-answer.ts";
import { removeFeedback } from "./remove-feedback.ts";
import { searchMessages } from "./search-messages.ts";
import { sendMessage } from "./send-message.ts";

const config = readEnvironment(settings);
const secrets = await loadSecrets();
const dependencies = {
  ...(await openDependencies(config)),
  asking: askingOf(config, secrets),
  embedder: embedderOf(config, secrets),
  embeddings: createEmbeddingQueue(config.EMBEDDING_QUEUE_URL),
};

export const handler = createApi({
  routes: messageRoutes,
  operations: {
    searchMessages: searchMessages(dependencies),
    findSimilarMessages: findSimilarMessages(dependencies),
    listMessages: listMessages(dependencies),
    sendMessage: sendMessage(dependencies),
    getMessage: getMessage(dependencies),
    editMessage: editMessage(dependencies),
    deleteMessage: deleteMessage(dependencies),
    rateAnswer: rateAnswer(dependencies),
    removeFeedback: removeFeedback(dependencies),
    estimateReply: estimateReply(dependencies),
    askAgain: askAgain(dependencies),
  },
  resolveCaller: callersOf(dependencies.database, config),
  takeExpensive: expensiveRate(dependencies.database, config),
  apiRatePerSecond: config.API_RATE_PER_SECOND,
  onConnectionError: isConnectionFailure,
});
