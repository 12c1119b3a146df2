import { openConnection } from "@parley/data/connections";
import type { Database } from "@parley/data/database";
import type { Caller, Identity } from "@parley/http/api-types";
import { readIdentity, requireScope } from "@parley/http/resolve-caller";
import type { Realtime } from "@parley/realtime/create-realtime";
import { addLogKeys } from "@parley/runtime/logger";
import { tokenEnd } from "./token-end.ts";
import type { WebsocketEvent } from "./websocket-event.ts";

export interface ConnectParts {
  database: Database;
  realtime: Pick<Realtime, "disconnect">;
  findCaller: (identity: Identity) => Caller | Promise<Caller>;
}

/**
 * Notes the connection of a caller; the oldest of too many are closed.
 * @throws Problem 401 or 403
 */
export async function connect(parts: ConnectParts, { requestContext }: WebsocketEvent): Promise<void> {
  const identity = readIdentity(requestContext.authorizer);
  const caller = await parts.findCaller(identity);
  requireScope(caller, { method: "GET" });
  addLogKeys({ userId: caller.userId });
  const displaced = await openConnection(parts.database, {
    ownerId: caller.userId,
    connectionId: requestContext.connectionId,
    apiKeyHash: "apiKeyHash" in identity ? identity.apiKeyHash : undefined,
    expiresAt: tokenEnd(requestContext.authorizer),
  });
  await parts.realtime.disconnect(displaced);
}
