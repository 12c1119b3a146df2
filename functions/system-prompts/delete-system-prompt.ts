import type { systemPromptRoutes } from "@parley/contract/routes/system-prompts";
import type { Database } from "@parley/data/database";
import { deleteSystemPrompt as storeDeletion } from "@parley/data/system-prompt-changes";
import { getSystemPrompt } from "@parley/data/system-prompts";
import type { Operation } from "@parley/http/api-types";
import { matchedVersion } from "@parley/http/matched-version";
import { askerOf, promptProblem } from "./asker.ts";

/** Deletes a prompt for good. What used it has its own copy of the text. */
export function deleteSystemPrompt(
  database: Database,
): Operation<(typeof systemPromptRoutes)["deleteSystemPrompt"]> {
  return async ({ params: { systemPromptId }, caller, requestId, headers }) => {
    const expectedVersion = await matchedVersion(headers.ifMatch, () =>
      getSystemPrompt(database, caller.userId, systemPromptId),
    );
    const asker = { ...askerOf(caller), requestId };
    const outcome = await storeDeletion(database, { ...asker, systemPromptId, expectedVersion });
    if (outcome !== "deleted") throw promptProblem(outcome);
    return { status: 204 };
  };
}
