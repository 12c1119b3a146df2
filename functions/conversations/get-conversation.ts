import type { Dependencies } from "@parley/composition/dependencies";
import { type Retention, renderConversation } from "@parley/contract/render/conversation";
import type { conversationRoutes } from "@parley/contract/routes/conversations";
import { getConversation as findConversation } from "@parley/data/conversations";
import type { ApiResponse, Operation } from "@parley/http/api-types";
import { problem } from "@parley/http/problem";
import { addLogKeys } from "@parley/runtime/logger";

/** One conversation that is not deleted, from the cache where it is. */
export function getConversation({
  database,
  cache,
  retentionDays,
}: Pick<Dependencies, "database" | "cache"> & Retention): Operation<
  (typeof conversationRoutes)["getConversation"]
> {
  return async ({ params: { conversationId }, caller: { userId } }) => {
    addLogKeys({ conversationId });
    const cached = await cache.readConversation<ApiResponse>(userId, conversationId, "conversation");
    if (cached.value !== undefined) return cached.value;
    const row = await findConversation(database, userId, conversationId);
    if (row === undefined) throw problem("not-found");
    const body = renderConversation(row, { retentionDays });
    const answer = { status: 200, body, etag: String(row.version) };
    // Its end would have to be told to the cache.
    if (row.activeReplyId === null) {
      await cache.writeConversation(userId, conversationId, "conversation", cached.generation, answer);
    }
    return answer;
  };
}
