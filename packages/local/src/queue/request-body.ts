import type { IncomingMessage } from "node:http";
import { QueueError } from "./queue-error.ts";
import { type Fields, isFields } from "./request-fields.ts";

/** A batch of 1 MiB whose every character is escaped in JSON, and its frame. */
const MAXIMUM_REQUEST_BYTES = 7 * 1_048_576;

/** The JSON object of a request. @throws QueueError when it is none, or too long */
export async function readRequestBody(request: IncomingMessage): Promise<Fields> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    // A request that is too long is read to its end and dropped: half of one would block its connection's next.
    bytes += chunk.length;
    if (bytes <= MAXIMUM_REQUEST_BYTES) chunks.push(chunk);
  }
  if (bytes > MAXIMUM_REQUEST_BYTES)
    throw new QueueError("RequestEntityTooLarge", "The request is too long.");
  try {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
    if (isFields(body)) return body;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new QueueError("SerializationException", "The request is not a JSON object.");
}
