import * as z from "zod/mini";
import type { Invocation } from "../lambda/protocol.ts";
import { GatewayError } from "./gateway-error.ts";

// What Lambda lets a function answer.
const longestBytes = 6 * 1024 * 1024;

const structured = z.object({
  statusCode: z.coerce.number().check(z.int(), z.minimum(200), z.maximum(599)),
  headers: z.nullish(z.looseObject({})),
  cookies: z.nullish(z.array(z.string())),
  body: z.nullish(z.string()),
  isBase64Encoded: z.nullish(z.boolean()),
});

// They belong to the connection, and the length is counted here.
const ownHeaders = new Set([
  "connection",
  "content-length",
  "keep-alive",
  "proxy-authenticate",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

const scalars = new Set(["string", "number", "boolean"]);

export interface GatewayResponse {
  readonly status: number;
  readonly headers: Record<string, string | string[]>;
  readonly body: string | Buffer;
}

function fromStructured(payload: object): GatewayResponse {
  const parsed = structured.safeParse(payload);
  if (!parsed.success) throw new GatewayError(500);
  const { statusCode, headers, cookies, body, isBase64Encoded } = parsed.data;
  const answered: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers ?? {})) {
    // Checked in the pass over them that is needed anyway; the schema would make a second one for each request.
    if (!scalars.has(typeof value)) throw new GatewayError(500);
    const lowerName = name.toLowerCase();
    if (!ownHeaders.has(lowerName)) answered[lowerName] = String(value);
  }
  if (cookies !== null && cookies !== undefined && cookies.length > 0) answered["set-cookie"] = cookies;
  const text = body ?? "";
  if (text !== "") answered["content-type"] ??= "text/plain;charset=UTF-8";
  const bytes = isBase64Encoded === true ? Buffer.from(text, "base64") : text;
  return { status: statusCode, headers: answered, body: bytes };
}

/**
 * What a function's answer becomes (payload format 2.0): a result with a status code, or any other value as the body
 * of a 200.
 * @throws GatewayError 500 when the function failed, or answered what is no HTTP response
 */
export function readResponse(outcome: Invocation): GatewayResponse {
  if ("functionError" in outcome) throw new GatewayError(500);
  const { payload } = outcome;
  const isStructured = typeof payload === "object" && payload !== null && "statusCode" in payload;
  const response = isStructured
    ? fromStructured(payload)
    : {
        status: 200,
        headers: { "content-type": "application/json" },
        body: typeof payload === "string" ? payload : JSON.stringify(payload),
      };
  if (response.body.length > longestBytes) throw new GatewayError(500);
  return response;
}
