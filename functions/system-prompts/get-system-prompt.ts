import { renderSystemPrompt } from "@parley/contract/render/system-prompt";
import type { systemPromptRoutes } from "@parley/contract/routes/system-prompts";
import type { Database } from "@parley/data/database";
import { getSystemPrompt as findPrompt } from "@parley/data/system-prompts";
import type { Operation } from "@parley/http/api-types";
import { problem } from "@parley/http/problem";

/** A prompt of the caller's, or a public one. */
export function getSystemPrompt(
  database: Database,
): Operation<(typeof systemPromptRoutes)["getSystemPrompt"]> {
  return async ({ params: { systemPromptId }, caller: { userId } }) => {
    const row = await findPrompt(database, userId, systemPromptId);
    if (row === undefined) throw problem("not-found");
    return { status: 200, body: renderSystemPrompt(row, userId), etag: String(row.version) };
  };
}
