import type { apiKeyRoutes } from "@parley/contract/routes/api-keys";
import { revokeApiKey } from "@parley/data/api-keys";
import type { Database } from "@parley/data/database";
import type { Operation } from "@parley/http/api-types";
import { problem } from "@parley/http/problem";
import type { Realtime } from "@parley/realtime/create-realtime";

interface Dependencies {
  database: Database;
  realtime: Pick<Realtime, "dismiss">;
}

/** Revokes a key and closes its connections. Environments that know it believe in it for 60 s at most. */
export function deleteApiKey({
  database,
  realtime,
}: Dependencies): Operation<(typeof apiKeyRoutes)["deleteApiKey"]> {
  return async ({ params: { apiKeyId }, caller: { userId } }) => {
    const connectionIds = await revokeApiKey(database, userId, apiKeyId);
    if (connectionIds === undefined) throw problem("not-found");
    await realtime.dismiss(userId, connectionIds);
    return { status: 204 };
  };
}
