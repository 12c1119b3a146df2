import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { readBytes } from "../read-bytes.ts";
import { QueueError } from "./queue-error.ts";
import { type Fields, isFields } from "./request-fields.ts";

/** A batch of 1 MiB whose every character is escaped in JSON, and its frame. */
const MAXIMUM_REQUEST_BYTES = 7 * 1_048_576;

/**
 * The JSON object of a request.
 * @throws QueueError when it is none, or too long
 * @throws AbandonedError
 */
export async function readRequestBody(request: IncomingMessage): Promise<Fields> {
  const bytes = await readBytes(request, MAXIMUM_REQUEST_BYTES);
  if (bytes === undefined) {
    // Half of a request would block its connection's next.
    if (!request.readableEnded) await once(request, "end");
    throw new QueueError("RequestEntityTooLarge", "The request is too long.");
  }
  try {
    const body: unknown = JSON.parse(bytes.toString());
    if (isFields(body)) return body;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new QueueError("SerializationException", "The request is not a JSON object.");
}
