import type { ClientAction, PushEvent } from "@parley/contract/schemas/push";
import { isConnectionFailure } from "@parley/data/database-errors";
import { toProblem } from "@parley/http/to-problem";
import { parseAction, readMessage, subjectOf } from "./parse-action.ts";
import { requireLiveToken } from "./token-end.ts";
import type { WebsocketEvent } from "./websocket-event.ts";

export interface ActDependencies {
  /** @throws Problem 429 */
  takeFromRate: (connectionId: string) => void;
  subscribe: (connectionId: string, action: Extract<ClientAction, { action: "subscribe" }>) => Promise<void>;
}

/** Does what a message asks for; gives the event that answers it, if it is one. Whatever goes wrong is one too. */
export async function act(
  dependencies: ActDependencies,
  event: WebsocketEvent,
): Promise<PushEvent | undefined> {
  const { connectionId, requestId, authorizer } = event.requestContext;
  let subject: ReturnType<typeof subjectOf> = {};
  try {
    requireLiveToken(authorizer);
    dependencies.takeFromRate(connectionId);
    const message = readMessage(event);
    subject = subjectOf(message);
    const asked = parseAction(message);
    if (asked.action === "ping") return { type: "pong" };
    await dependencies.subscribe(connectionId, asked);
    return undefined;
  } catch (error) {
    return { type: "error", ...subject, error: toProblem(error, isConnectionFailure).toDocument(requestId) };
  }
}
