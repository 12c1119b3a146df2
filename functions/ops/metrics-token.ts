import { createHash, timingSafeEqual } from "node:crypto";
import { problem } from "@parley/http/problem";

function isToken(authorization: string | undefined, token: string): boolean {
  const given = /^Bearer (.+)$/i.exec(authorization ?? "")?.[1] ?? "";
  const [left, right] = [given, token].map((text) => createHash("sha256").update(text).digest());
  return left !== undefined && right !== undefined && timingSafeEqual(left, right);
}

/**
 * Keeps everybody out who does not have the deployment's token for what it measures.
 * @param token undefined: nobody may ask, and there is nothing to find
 * @throws Problem 404 or 401
 */
export function requireMetricsToken(token: string | undefined, authorization: string | undefined): void {
  if (token === undefined) throw problem("not-found", { detail: "There is no such route." });
  if (!isToken(authorization, token)) throw problem("unauthenticated");
}
