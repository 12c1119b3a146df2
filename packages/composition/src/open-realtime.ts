import { removeConnections } from "@parley/data/connections";
import type { Database } from "@parley/data/database";
import { createRealtime, type Realtime } from "@parley/realtime/create-realtime";

/** Delivery to listeners, with what it needs of the database. Nothing is loaded before the first event. */
export function openRealtime(
  settings: { WEBSOCKET_CALLBACK_URL?: string | undefined },
  database: Database,
): Realtime {
  return createRealtime({
    callbackUrl: settings.WEBSOCKET_CALLBACK_URL,
    removeConnections: (ownerId, connectionIds) => removeConnections(database, ownerId, connectionIds),
  });
}
