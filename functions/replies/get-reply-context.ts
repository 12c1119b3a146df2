import type { Dependencies } from "@parley/composition/dependencies";
import { renderReplyContext } from "@parley/contract/render/reply-context";
import type { replyRoutes } from "@parley/contract/routes/replies";
import { getReplyWithContext } from "@parley/data/replies";
import type { Operation } from "@parley/http/api-types";
import { problem } from "@parley/http/problem";
import { addLogKeys } from "@parley/runtime/logger";

/** What the model was given for a reply, and what that cost. */
export function getReplyContext({
  database,
}: Pick<Dependencies, "database">): Operation<(typeof replyRoutes)["getReplyContext"]> {
  return async ({ params: { replyId }, caller }) => {
    addLogKeys({ replyId });
    const row = await getReplyWithContext(database, caller.userId, replyId);
    if (row === undefined) throw problem("not-found");
    addLogKeys({ conversationId: row.conversationId });
    return { status: 200, body: renderReplyContext(row) };
  };
}
