import type { ClientAction } from "@parley/contract/schemas/push";
import { isTerminal } from "@parley/contract/schemas/reply";
import { followReply } from "@parley/data/connections";
import type { Database } from "@parley/data/database";
import { problem } from "@parley/http/problem";
import type { Realtime } from "@parley/realtime/create-realtime";
import { createPace } from "@parley/realtime/pace";
import { pieceEvents, statusEvent } from "@parley/realtime/reply-events";
import { addLogKeys } from "@parley/runtime/logger";
import { connectionEnded } from "./require-open.ts";

interface SubscribeParts {
  database: Database;
  realtime: Pick<Realtime, "send">;
}

/**
 * Sends where a reply stands and the text behind what the client has. Whatever is stored afterwards reaches every
 * connection of its owner by itself.
 * @throws Problem 404, or 401 when the connection may hear nothing any more
 */
export async function subscribe(
  { database, realtime }: SubscribeParts,
  connectionId: string,
  { replyId, after, reasoningAfter }: Extract<ClientAction, { action: "subscribe" }>,
): Promise<void> {
  addLogKeys({ replyId });
  const followed = await followReply(database, { connectionId, replyId, after, reasoningAfter });
  if (followed.outcome === "closed") throw connectionEnded();
  addLogKeys({ userId: followed.ownerId });
  if (followed.outcome === "not_found") throw problem("not-found");
  const { ownerId, reply, offset, text, reasoningOffset, reasoning } = followed;
  const status = statusEvent(reply);
  const pieces = [
    ...pieceEvents("reply.reasoning", reply, reasoningOffset, reasoning),
    ...pieceEvents("reply.delta", reply, offset, text),
  ];
  const pace = createPace();
  for (const event of isTerminal(reply.status) ? [...pieces, status] : [status, ...pieces]) {
    if ("offset" in event) await pace();
    await realtime.send(ownerId, [connectionId], event);
  }
}
