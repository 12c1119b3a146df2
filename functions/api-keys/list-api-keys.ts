import { renderApiKey } from "@parley/contract/render/api-key";
import type { apiKeyRoutes } from "@parley/contract/routes/api-keys";
import { countApiKeys, listApiKeys as findApiKeys } from "@parley/data/api-keys";
import type { Database } from "@parley/data/database";
import type { Operation } from "@parley/http/api-types";
import { cursorScope, decodeCursor } from "@parley/http/cursor";
import { listResponse } from "@parley/http/list";

/** A page of the caller's keys, without the keys themselves. */
export function listApiKeys(database: Database): Operation<(typeof apiKeyRoutes)["listApiKeys"]> {
  return async ({ query, caller: { userId }, path }) => {
    const { limit, cursor, order, includeTotal } = query;
    const scope = cursorScope("instant", { list: "api-keys", order });
    const after = decodeCursor(cursor, scope);
    const [rows, total] = await Promise.all([
      findApiKeys(database, userId, { order, after, limit: limit + 1 }),
      includeTotal ? countApiKeys(database, userId) : undefined,
    ]);
    return listResponse({
      rows,
      limit,
      render: renderApiKey,
      cursorOf: ({ sortKey, id }) => ({ key: sortKey, id }),
      scope,
      path,
      query,
      total,
    });
  };
}
