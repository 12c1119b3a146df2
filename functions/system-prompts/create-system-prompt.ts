import { renderSystemPrompt } from "@parley/contract/render/system-prompt";
import type { systemPromptRoutes } from "@parley/contract/routes/system-prompts";
import type { Database } from "@parley/data/database";
import { newId } from "@parley/data/ids";
import { createSystemPrompt as storePrompt } from "@parley/data/system-prompt-changes";
import type { Operation } from "@parley/http/api-types";
import { replayHeader } from "@parley/http/idempotency";
import { problem } from "@parley/http/problem";
import { mayPublish, type Publishers, unpublishable } from "./asker.ts";

/** Saves a prompt. A replay is answered from the request, whatever has become of the prompt since. */
export function createSystemPrompt(
  database: Database,
  publishers: Publishers,
): Operation<(typeof systemPromptRoutes)["createSystemPrompt"]> {
  return async ({ body, caller, idempotency }) => {
    const { userId } = caller;
    const created = await storePrompt(database, {
      ...body,
      ownerId: userId,
      systemPromptId: newId(),
      mayPublish: mayPublish(publishers, caller),
      idempotencyKey: idempotency?.key,
      idempotencyFingerprint: idempotency?.fingerprint,
    });
    if (created.outcome === "mismatch") throw problem("idempotency-mismatch");
    if (created.outcome === "unpublishable") throw unpublishable();
    const { id, outcome, createdAt } = created;
    return {
      status: 201,
      headers: { Location: `/v1/system-prompts/${id}`, ...replayHeader(outcome) },
      body: renderSystemPrompt({ ...body, id, ownerId: userId, createdAt, updatedAt: createdAt }, userId),
      etag: "1",
    };
  };
}
