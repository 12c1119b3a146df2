import { type CacheOptions, createCache } from "@parley/cache/create-cache";
import type { Retention } from "@parley/contract/render/conversation";
import { conversationRoutes } from "@parley/contract/routes/conversations";
import { messageRoutes } from "@parley/contract/routes/messages";
import { replyRoutes } from "@parley/contract/routes/replies";
import type { Database } from "@parley/data/database";
import { type ApiHandler, createApi } from "@parley/http/create-api";
import { createEmbeddingQueue } from "@parley/jobs/embedding-queue";
import { availableModels } from "@parley/llm/models";
import { createRealtime } from "@parley/realtime/create-realtime";
import type { AskingDependencies } from "@parley/sending/asking";
import { offeredModels } from "@parley/sending/models";
import { getConversation } from "../../functions/conversations/get-conversation.ts";
import { listConversations } from "../../functions/conversations/list-conversations.ts";
import { listMessages } from "../../functions/messages/list-messages.ts";
import { sendMessage } from "../../functions/messages/send-message.ts";
import { getReply } from "../../functions/replies/get-reply.ts";

export const unlimited = {
  ratePerSecond: 0,
  rateBurst: 1,
  ratePerMinute: 0,
  deadlineSeconds: 600,
};

/** The operations of the hot path behind their real wrapper, with a queue that takes no time. */
export function hotApi(database: Database, userId: string, cache: Partial<CacheOptions> = {}): ApiHandler {
  const catalog = availableModels({ includeScripted: true });
  const dependencies: AskingDependencies & Retention = {
    database,
    cache: createCache({ cacheName: "parley", ...cache }),
    queue: { enqueueReply: async () => true, warm: () => {} },
    realtime: createRealtime({ callbackUrl: undefined, removeConnections: async () => {} }),
    asking: { catalog, terms: { ...offeredModels(catalog, "scripted/echo"), ...unlimited } },
    retentionDays: 0,
  };
  dependencies.cache.warm();
  const { sendMessage: sending, listMessages: paging } = messageRoutes;
  const { getConversation: opening, listConversations: listing } = conversationRoutes;
  return createApi({
    routes: { sending, paging, opening, listing, polling: replyRoutes.getReply },
    operations: {
      sending: sendMessage({ ...dependencies, embeddings: createEmbeddingQueue(undefined) }),
      paging: listMessages(dependencies),
      opening: getConversation(dependencies),
      listing: listConversations({ ...dependencies, takeExpensive: async () => {} }),
      polling: getReply({ ...dependencies, patienceSeconds: 3_600 }, { maxSeconds: 0, maxWaiting: 0 }),
    },
    resolveCaller: async () => ({ outcome: "active", user: { id: userId } }),
    apiRatePerSecond: 0,
  });
}
