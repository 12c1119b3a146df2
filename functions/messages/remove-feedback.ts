import type { Dependencies } from "@parley/composition/dependencies";
import type { messageRoutes } from "@parley/contract/routes/messages";
import { removeFeedback as takeBack } from "@parley/data/feedback";
import type { Operation } from "@parley/http/api-types";
import { problem } from "@parley/http/problem";
import { addLogKeys } from "@parley/runtime/logger";

/** Takes feedback back. */
export function removeFeedback({
  database,
  cache,
}: Pick<Dependencies, "database" | "cache">): Operation<(typeof messageRoutes)["removeFeedback"]> {
  return async ({ params, caller: { userId: ownerId } }) => {
    addLogKeys({ conversationId: params.conversationId });
    const outcome = await takeBack(database, { ...params, ownerId });
    if (outcome === "not_found") throw problem("not-found");
    if (outcome === "removed") await cache.conversationChanged(ownerId, params.conversationId);
    return { status: 204 };
  };
}
