import { id } from "@parley/contract/schemas/fields";
import { type ClientAction, clientAction, type PushEvent } from "@parley/contract/schemas/push";
import { fieldErrors, parsing } from "@parley/http/field-errors";
import { parseJson } from "@parley/http/parse-json";
import { invalid, invalidFields } from "@parley/http/problem";
import { refuseUnsafe } from "@parley/http/refuse-unsafe";
import * as z from "zod/mini";
import type { WebsocketEvent } from "./websocket-event.ts";

/** What of a message says what it is about, whatever else is wrong with it. */
const subject = z.object({ action: z.literal("subscribe"), replyId: id });

/**
 * The value that a client has sent.
 * @throws Problem 400 for what is not text, not JSON, or unsafe to look at
 */
export function readMessage({ body, isBase64Encoded }: WebsocketEvent): unknown {
  // Base64: a binary message.
  if (isBase64Encoded) throw invalid("message", "must be text");
  const message = parseJson(body ?? "", "message");
  refuseUnsafe(message, "message");
  return message;
}

/** What an error in answer to the message is about, so that a client knows which of its requests has failed. */
export function subjectOf(
  message: unknown,
): Pick<Extract<PushEvent, { type: "error" }>, "action" | "replyId"> {
  return subject.safeParse(message).data ?? {};
}

/**
 * What a client asks for.
 * @throws Problem 400 that names every place that is wrong and never its value
 */
export function parseAction(message: unknown): ClientAction {
  const result = clientAction.safeParse(message, parsing);
  if (!result.success) throw invalidFields(fieldErrors(result.error, "message"));
  return result.data;
}
