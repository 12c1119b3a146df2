import type { IncomingMessage } from "node:http";

/** The client went away before its request was complete: there is nobody to answer. */
export class AbandonedError extends Error {
  override readonly name = "AbandonedError";
}

/**
 * The body of a request; undefined as soon as it is longer. Then the rest is read and thrown away: a client that is
 * still sending would not see the answer.
 * @throws AbandonedError
 */
export function readBytes(request: IncomingMessage, longestBytes: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const abandon = () => {
      // An error has a stack trace, which costs too much to be made for each request that ends well.
      if (!request.readableEnded) reject(new AbandonedError());
    };
    request.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length <= longestBytes) chunks.push(chunk);
      else resolve(undefined);
    });
    request.on("end", () => resolve(Buffer.concat(chunks)));
    request.on("error", abandon);
    request.on("close", abandon);
  });
}
