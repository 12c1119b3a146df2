import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { AbandonedError, readBytes } from "../read-bytes.ts";
import { GatewayError } from "./gateway-error.ts";

const longestBytes = 10 * 1024 * 1024;
const textTypes = /^(text\/|application\/(json|xml|javascript)\b)/i;

export interface EventBody {
  readonly body?: string;
  readonly isBase64Encoded: boolean;
}

/**
 * The body as an HTTP API hands it over: text of the text types, base64 of everything else.
 * @throws GatewayError 413 over 10 MB
 * @throws AbandonedError
 */
export async function readEventBody(request: IncomingMessage): Promise<EventBody> {
  if (Number(request.headers["content-length"] ?? 0) > longestBytes) {
    request.resume();
    throw new GatewayError(413);
  }
  const { "content-length": length, "transfer-encoding": encoding } = request.headers;
  if (length === undefined && encoding === undefined) return { isBase64Encoded: false };
  if (request.destroyed) throw new AbandonedError();
  const bytes = await readBytes(request, longestBytes);
  if (bytes === undefined) throw new GatewayError(413);
  if (bytes.length === 0) return { isBase64Encoded: false };
  // Bytes that are no text stay as they are, so that the function can refuse them instead of seeing a changed text.
  const isText = textTypes.test(request.headers["content-type"] ?? "") && isUtf8(bytes);
  return { body: bytes.toString(isText ? "utf8" : "base64"), isBase64Encoded: !isText };
}
