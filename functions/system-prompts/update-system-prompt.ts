import { renderSystemPrompt } from "@parley/contract/render/system-prompt";
import type { systemPromptRoutes } from "@parley/contract/routes/system-prompts";
import type { Database } from "@parley/data/database";
import { updateSystemPrompt as storeChange } from "@parley/data/system-prompt-changes";
import { getSystemPrompt } from "@parley/data/system-prompts";
import type { Operation } from "@parley/http/api-types";
import { matchedVersion } from "@parley/http/matched-version";
import { askerOf, mayPublish, type Publishers, promptProblem } from "./asker.ts";

/** Changes a prompt; making it the default takes that from the one before. */
export function updateSystemPrompt(
  database: Database,
  publishers: Publishers,
): Operation<(typeof systemPromptRoutes)["updateSystemPrompt"]> {
  return async ({ params: { systemPromptId }, body, caller, requestId, headers }) => {
    const expectedVersion = await matchedVersion(headers.ifMatch, () =>
      getSystemPrompt(database, caller.userId, systemPromptId),
    );
    const change = {
      ...body,
      ...askerOf(caller),
      ...{ requestId, systemPromptId, expectedVersion },
      mayPublish: mayPublish(publishers, caller),
    };
    const row = await storeChange(database, change);
    if (typeof row === "string") throw promptProblem(row);
    return { status: 200, body: renderSystemPrompt(row, caller.userId), etag: String(row.version) };
  };
}
