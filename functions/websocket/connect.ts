import { openConnection } from "@parley/data/connections";
import type { Database } from "@parley/data/database";
import type { Caller, Identity } from "@parley/http/api-types";
import { readIdentity, requireScope } from "@parley/http/resolve-caller";
import type { Realtime } from "@parley/realtime/create-realtime";
import { addLogKeys } from "@parley/runtime/logger";
import { tokenEnd } from "./token-end.ts";
import type { WebsocketEvent } from "./websocket-event.ts";

export interface ConnectDependencies {
  database: Database;
  realtime: Pick<Realtime, "disconnect">;
  findCaller: (identity: Identity) => Caller | Promise<Caller>;
}

/**
 * Notes the connection of a caller; the oldest of too many are closed.
 * @throws Problem 401 or 403
 */
export async function connect(
  dependencies: ConnectDependencies,
  { requestContext }: WebsocketEvent,
): Promise<void> {
  const identity = readIdentity(requestContext.authorizer);
  const caller = await dependencies.findCaller(identity);
  requireScope(caller, { method: "GET" });
  addLogKeys({ userId: caller.userId });
  const displaced = await openConnection(dependencies.database, {
    ownerId: caller.userId,
    connectionId: requestContext.connectionId,
    apiKeyHash: "apiKeyHash" in identity ? identity.apiKeyHash : undefined,
    expiresAt: tokenEnd(requestContext.authorizer),
  });
  await dependencies.realtime.disconnect(displaced);
}
