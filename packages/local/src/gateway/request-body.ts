import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { GatewayError } from "./gateway-error.ts";

const longestBytes = 10 * 1024 * 1024;
const textTypes = /^(text\/|application\/(json|xml|javascript)\b)/i;

export interface EventBody {
  readonly body?: string;
  readonly isBase64Encoded: boolean;
}

/** The client went away before its request was complete: there is nobody to answer. */
export class AbandonedError extends Error {
  override readonly name = "AbandonedError";
}

function readBytes(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length <= longestBytes) chunks.push(chunk);
      // The rest is read and thrown away: a client that is still sending would not see the answer.
      else reject(new GatewayError(413));
    });
    request.on("end", () => resolve(Buffer.concat(chunks)));
    request.on("error", () => reject(new AbandonedError()));
    request.on("close", () => reject(new AbandonedError()));
  });
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
  const bytes = await readBytes(request);
  if (bytes.length === 0) return { isBase64Encoded: false };
  // Bytes that are no text stay as they are, so that the function can refuse them instead of seeing a changed text.
  const isText = textTypes.test(request.headers["content-type"] ?? "") && isUtf8(bytes);
  return { body: bytes.toString(isText ? "utf8" : "base64"), isBase64Encoded: !isText };
}
