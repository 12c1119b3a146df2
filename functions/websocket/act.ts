import type { ClientAction, PushEvent } from "@parley/contract/schemas/push";
import { isConnectionFailure } from "@parley/data/database-errors";
import { toProblem } from "@parley/http/to-problem";
import { parseAction } from "./parse-action.ts";
import { requireLiveToken } from "./token-end.ts";
import type { WebsocketEvent } from "./websocket-event.ts";

export interface ActParts {
  /** @throws Problem 429 */
  takeFromRate: (connectionId: string) => void;
  subscribe: (connectionId: string, action: Extract<ClientAction, { action: "subscribe" }>) => Promise<void>;
}

/** Does what a message asks for; gives the event that answers it, if it is one. Whatever goes wrong is one too. */
export async function act(parts: ActParts, event: WebsocketEvent): Promise<PushEvent | undefined> {
  const { connectionId, requestId, authorizer } = event.requestContext;
  let asked: ClientAction | undefined;
  try {
    requireLiveToken(authorizer);
    parts.takeFromRate(connectionId);
    asked = parseAction(event);
    if (asked.action === "ping") return { type: "pong" };
    await parts.subscribe(connectionId, asked);
    return undefined;
  } catch (error) {
    const subject = asked?.action === "subscribe" ? { action: asked.action, replyId: asked.replyId } : {};
    return { type: "error", ...subject, error: toProblem(error, isConnectionFailure).toDocument(requestId) };
  }
}
