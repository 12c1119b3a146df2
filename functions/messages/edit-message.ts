import type { Dependencies } from "@parley/composition/dependencies";
import { messageEtag, renderMessage } from "@parley/contract/render/message";
import type { messageRoutes } from "@parley/contract/routes/messages";
import { getMessage, editMessage as storeEdit } from "@parley/data/messages";
import type { Operation } from "@parley/http/api-types";
import { matchedVersion, missProblem } from "@parley/http/matched-version";
import { problem } from "@parley/http/problem";
import { type EmbeddingQueue, embedMessages } from "@parley/jobs/embedding-queue";
import { addLogKeys } from "@parley/runtime/logger";

/** Changes a message's text or metadata; earlier text is kept. */
export function editMessage({
  database,
  cache,
  embeddings,
}: Pick<Dependencies, "database" | "cache"> & { embeddings: EmbeddingQueue }): Operation<
  (typeof messageRoutes)["editMessage"]
> {
  return async ({ params, body, caller, headers }) => {
    const { conversationId, messageId } = params;
    const ownerId = caller.userId;
    addLogKeys({ conversationId });
    const expectedVersion = await matchedVersion(
      headers.ifMatch,
      () => getMessage(database, ownerId, conversationId, messageId),
      messageEtag,
    );
    const edited = await storeEdit(database, { ...params, ...body, ownerId, expectedVersion });
    if (edited === "deleted") throw problem("conflict", { detail: "A deleted message cannot be edited." });
    if (typeof edited === "string") throw missProblem(edited);
    await Promise.all([
      cache.conversationChanged(ownerId, conversationId),
      body.content !== undefined && embedMessages(embeddings, ownerId, [messageId]),
    ]);
    return { status: 200, body: renderMessage(edited), etag: messageEtag(edited) };
  };
}
