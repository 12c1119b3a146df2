import { withoutByteOrderMark } from "./parse-json.ts";
import { invalid, problem } from "./problem.ts";

/** Longest body in bytes. */
export const longestBody = 256 * 1024;
const jsonMediaType = /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?;?$/i;

interface RawBody {
  body?: string | undefined;
  isBase64Encoded: boolean;
  headers: Readonly<Record<string, string | undefined>>;
}

function requireShort(length: number): void {
  if (length > longestBody) throw problem("too-large", { detail: `A body is at most ${longestBody} bytes.` });
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw invalid("body", "is not valid UTF-8");
  }
}

/**
 * A gateway that hands bodies over as text has put U+FFFD where bytes were invalid. Each is three bytes long,
 * so the length no longer fits the client's Content-Length; a U+FFFD that was really sent leaves it as it was.
 */
function refuseReplacedBytes(text: string, contentLength: string | undefined): void {
  if (contentLength === undefined || !text.includes("\uFFFD")) return;
  if (Buffer.byteLength(text) !== Number(contentLength)) throw invalid("body", "is not valid UTF-8");
}

/**
 * The text of a request's body; `undefined` where there is neither a body nor a Content-Type.
 * @throws Problem 415 for another media type or none, 413 over 256 KiB, 400 for what is not UTF-8.
 */
export function readBodyText({ body = "", isBase64Encoded, headers }: RawBody): string | undefined {
  const mediaType = headers["content-type"];
  if (body === "" && mediaType === undefined) return undefined;
  if (mediaType === undefined || !jsonMediaType.test(mediaType.trim()))
    throw problem("unsupported-media-type");
  if (isBase64Encoded) {
    const bytes = Buffer.from(body, "base64");
    requireShort(bytes.length);
    return decode(bytes);
  }
  requireShort(Buffer.byteLength(body));
  refuseReplacedBytes(body, headers["content-length"]);
  return withoutByteOrderMark(body);
}
