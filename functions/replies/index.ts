import { callersOf } from "@parley/composition/callers";
import { openDependencies } from "@parley/composition/dependencies";
import { replyRoutes } from "@parley/contract/routes/replies";
import { isConnectionFailure } from "@parley/data/database-errors";
import { createApi } from "@parley/http/create-api";
import { createEmbeddingQueue } from "@parley/jobs/embedding-queue";
import { readEnvironment } from "@parley/runtime/environment";
import { cancelReply } from "./cancel-reply.ts";
import { settings } from "./config.ts";
import { getReply } from "./get-reply.ts";
import { getReplyContext } from "./get-reply-context.ts";
import { listReplies } from "./list-replies.ts";

const config = readEnvironment(settings);
const dependencies = await openDependencies(config);

export const handler = createApi({
  routes: replyRoutes,
  operations: {
    getReply: getReply(
      { ...dependencies, patienceSeconds: config.REPLY_PATIENCE_SECONDS },
      { maxSeconds: config.MAX_WAIT_SECONDS, maxWaiting: config.MAX_WAITING_POLLS },
    ),
    getReplyContext: getReplyContext(dependencies),
    cancelReply: cancelReply({
      ...dependencies,
      embeddings: createEmbeddingQueue(config.EMBEDDING_QUEUE_URL),
    }),
    listReplies: listReplies(dependencies),
  },
  resolveCaller: callersOf(dependencies.database, config),
  apiRatePerSecond: config.API_RATE_PER_SECOND,
  onConnectionError: isConnectionFailure,
});
