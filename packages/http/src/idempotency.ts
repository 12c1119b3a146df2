import { createHash } from "node:crypto";
import { type Route, routeKey } from "@parley/contract/route";
import type { Idempotency } from "./api-types.ts";
import { invalid } from "./problem.ts";

/** JSON with sorted keys, so that two spellings of one body are one body. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const members = Object.entries(value)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`);
  return `{${members.join(",")}}`;
}

/** Whether the client has made the id of what is to be created, or of its first message. */
function namesItself(body: unknown): boolean {
  if (typeof body !== "object" || body === null) return false;
  return "id" in body || ("message" in body && namesItself(body.message));
}

/**
 * The request's Idempotency-Key with the fingerprint of what it was sent for; undefined where nothing tells one request
 * from another.
 * @param input path parameters and body as the client sent them.
 * @throws Problem 400 when the key is not 1 to 255 visible ASCII characters.
 */
export function readIdempotency(
  route: Route,
  key: string | undefined,
  input: { params: unknown; body: unknown },
): Idempotency | undefined {
  if (route.idempotent !== true || (key === undefined && !namesItself(input.body))) return undefined;
  if (key !== undefined && !/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw invalid("headers.idempotency-key", "must be 1 to 255 visible ASCII characters");
  }
  const request = canonical([routeKey(route), input.params ?? {}, input.body ?? {}]);
  return { key, fingerprint: createHash("sha256").update(request).digest("hex") };
}

/** The header of an answer that an earlier request with the same Idempotency-Key has had already. */
export function replayHeader(outcome: string): Record<string, string> {
  return outcome === "replayed" ? { "Idempotent-Replayed": "true" } : {};
}
