import type { ClientAction, PushEvent } from "@parley/contract/schemas/push";
import { isConnectionFailure } from "@parley/data/database-errors";
import { toProblem } from "@parley/http/to-problem";
import { parseAction, readMessage, subjectOf } from "./parse-action.ts";
import { requireLiveToken } from "./token-end.ts";
import type { WebsocketEvent } from "./websocket-event.ts";

export interface ActDependencies {
  /** @throws Problem 429 */
  takeFromRate: (connectionId: string) => void;
  /** @throws Problem 401 */
  requireOpen: (connectionId: string) => Promise<void>;
  subscribe: (connectionId: string, action: Extract<ClientAction, { action: "subscribe" }>) => Promise<void>;
}

type Subject = ReturnType<typeof subjectOf>;

/** What is asked for, or why that cannot be told; `onSubject` hears of which reply either is. */
function readAction(
  event: WebsocketEvent,
  onSubject: (subject: Subject) => void,
): ClientAction | { refusal: unknown } {
  try {
    const message = readMessage(event);
    onSubject(subjectOf(message));
    return parseAction(message);
  } catch (refusal) {
    return { refusal };
  }
}

/** Does what a message asks for; gives the event that answers it, if it is one. Whatever goes wrong is one too. */
export async function act(
  dependencies: ActDependencies,
  event: WebsocketEvent,
): Promise<PushEvent | undefined> {
  const { connectionId, requestId, authorizer } = event.requestContext;
  let subject: Subject = {};
  try {
    requireLiveToken(authorizer);
    dependencies.takeFromRate(connectionId);
    const asked = readAction(event, (about) => {
      subject = about;
    });
    // A subscription finds out by itself, in the same round trip.
    if (!("action" in asked) || asked.action === "ping") await dependencies.requireOpen(connectionId);
    if (!("action" in asked)) throw asked.refusal;
    if (asked.action === "ping") return { type: "pong" };
    await dependencies.subscribe(connectionId, asked);
    return undefined;
  } catch (error) {
    return { type: "error", ...subject, error: toProblem(error, isConnectionFailure).toDocument(requestId) };
  }
}
