import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { ApiResponse } from "./api-types.ts";

const compress = promisify(gzip);

/** A file as it is served, packed once in an environment's life. */
export interface ServedFile {
  etag: string;
  contentType: string;
  plain: Buffer;
  packed: Buffer;
  /** Packed by Brotli, where the build has done that. */
  brotli: Buffer | undefined;
}

const contentTypes: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  json: "application/json",
  png: "image/png",
  svg: "image/svg+xml",
};

/** `immutable`: its name changes with its content. */
export type Freshness = "hourly" | "immutable";

const cacheControl: Readonly<Record<Freshness, string>> = {
  hourly: "public, max-age=3600",
  immutable: "public, max-age=31536000, immutable",
};

/** @param name its ending says what it is */
export async function servedFile(name: string, plain: Buffer, brotli?: Buffer): Promise<ServedFile> {
  return {
    etag: createHash("sha256").update(plain).digest("base64url").slice(0, 22),
    contentType: contentTypes[name.split(".").at(-1) ?? ""] ?? "application/octet-stream",
    plain,
    packed: await compress(plain),
    brotli,
  };
}

function takes(acceptEncoding: string | undefined, encoding: string): boolean {
  return new RegExp(`\\b${encoding}\\b(?!\\s*;\\s*q=0(?:\\.0*)?\\s*(?:,|$))`, "i").test(acceptEncoding ?? "");
}

function encodingFor({ brotli }: ServedFile, acceptEncoding: string | undefined): "br" | "gzip" | undefined {
  if (brotli !== undefined && takes(acceptEncoding, "br")) return "br";
  return takes(acceptEncoding, "gzip") ? "gzip" : undefined;
}

/** The answer with a file, packed for clients that take it so; a Lambda's answer is at most 6 MB. */
export function fileResponse(
  file: ServedFile,
  acceptEncoding: string | undefined,
  freshness: Freshness = "hourly",
): ApiResponse {
  const encoding = encodingFor(file, acceptEncoding);
  return {
    status: 200,
    headers: {
      "Content-Type": file.contentType,
      "Cache-Control": cacheControl[freshness],
      "Cross-Origin-Resource-Policy": "same-origin",
      Vary: "Accept-Encoding",
      ...(encoding !== undefined && { "Content-Encoding": encoding }),
    },
    etag: encoding === undefined ? file.etag : `${file.etag}-${encoding}`,
    content: { br: file.brotli ?? file.plain, gzip: file.packed, none: file.plain }[encoding ?? "none"],
  };
}
