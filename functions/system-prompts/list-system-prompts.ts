import { renderSystemPrompt } from "@parley/contract/render/system-prompt";
import type { systemPromptRoutes } from "@parley/contract/routes/system-prompts";
import type { Database } from "@parley/data/database";
import { countSystemPrompts, listSystemPrompts as findSystemPrompts } from "@parley/data/system-prompts";
import type { Operation } from "@parley/http/api-types";
import { cursorScope, decodeCursor } from "@parley/http/cursor";
import { listResponse } from "@parley/http/list";

/** A page of the prompts that the caller can use. */
export function listSystemPrompts(
  database: Database,
): Operation<(typeof systemPromptRoutes)["listSystemPrompts"]> {
  return async ({ query, caller: { userId }, path }) => {
    const { limit, cursor, order, includeTotal, q, visibility } = query;
    const scope = cursorScope("instant", { list: "system-prompts", order, q, visibility });
    const after = decodeCursor(cursor, scope);
    const filter = { q, visibility };
    const [rows, total] = await Promise.all([
      findSystemPrompts(database, userId, { ...filter, order, after, limit: limit + 1 }),
      includeTotal ? countSystemPrompts(database, userId, filter) : undefined,
    ]);
    return listResponse({
      rows,
      limit,
      render: (row) => renderSystemPrompt(row, userId),
      cursorOf: ({ sortKey, id }) => ({ key: sortKey, id }),
      scope,
      path,
      query,
      total,
    });
  };
}
