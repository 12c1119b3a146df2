import type { Dependencies } from "@parley/composition/dependencies";
import { type Retention, renderConversation } from "@parley/contract/render/conversation";
import type { conversationRoutes } from "@parley/contract/routes/conversations";
import { restorableDays, restoreConversation as storeRestoration } from "@parley/data/conversations";
import type { Operation } from "@parley/http/api-types";
import { problem } from "@parley/http/problem";
import { conversationNews } from "@parley/realtime/reply-events";
import { addLogKeys } from "@parley/runtime/logger";

/** Undoes a deletion within its 30 days; repeating it changes nothing. */
export function restoreConversation({
  database,
  cache,
  realtime,
  retentionDays,
}: Pick<Dependencies, "database" | "cache" | "realtime"> & Retention): Operation<
  (typeof conversationRoutes)["restoreConversation"]
> {
  return async ({ params: { conversationId }, caller: { userId } }) => {
    addLogKeys({ conversationId });
    const row = await storeRestoration(database, userId, conversationId);
    if (row === "not_found") throw problem("not-found");
    if (row === "gone") {
      throw problem("gone", { detail: `A deletion can be undone for ${restorableDays} days.` });
    }
    const conversation = renderConversation(row, { retentionDays });
    await Promise.all([
      cache.conversationChanged(userId, conversationId),
      realtime.announce(conversationNews(userId, row.connectionIds, conversation)),
    ]);
    return { status: 200, body: conversation, etag: String(row.version) };
  };
}
