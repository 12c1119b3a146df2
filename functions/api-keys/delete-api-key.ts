import type { apiKeyRoutes } from "@parley/contract/routes/api-keys";
import { revokeApiKey } from "@parley/data/api-keys";
import type { Database } from "@parley/data/database";
import type { Operation } from "@parley/http/api-types";
import { problem } from "@parley/http/problem";

/** Revokes a key. Environments that know it believe in it for 60 s at most. */
export function deleteApiKey(database: Database): Operation<(typeof apiKeyRoutes)["deleteApiKey"]> {
  return async ({ params: { apiKeyId }, caller: { userId } }) => {
    if (!(await revokeApiKey(database, userId, apiKeyId))) throw problem("not-found");
    return { status: 204 };
  };
}
