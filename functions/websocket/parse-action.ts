import { type ClientAction, clientAction } from "@parley/contract/schemas/push";
import { invalid } from "@parley/http/problem";
import { refuseUnsafe } from "@parley/http/refuse-unsafe";
import type { WebsocketEvent } from "./websocket-event.ts";

function parseJson({ body, isBase64Encoded }: WebsocketEvent): unknown {
  // Base64: a binary message.
  if (isBase64Encoded) throw invalid("message", "must be text");
  try {
    return JSON.parse(body ?? "");
  } catch {
    throw invalid("message", "is not valid JSON");
  }
}

/**
 * What a client asks for.
 * @throws Problem 400 that names the place and never its value
 */
export function parseAction(event: WebsocketEvent): ClientAction {
  const message = parseJson(event);
  refuseUnsafe(message, "message");
  const result = clientAction.safeParse(message);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  if (issue?.code === "unrecognized_keys") throw invalid("message", "has a field that is not known");
  if (issue?.path[0] === "action") throw invalid("message.action", "must be ping or subscribe");
  throw invalid(["message", ...(issue?.path ?? [])].join("."), issue?.message ?? "is not valid");
}
