import { problem } from "@parley/http/problem";
import * as z from "zod/mini";

const authorizerSchema = z.object({ expiresAt: z.coerce.number().check(z.positive()) });

/** When the token that a connection was opened with ends, in seconds since the epoch; undefined for an API key. */
export function tokenEnd(authorizer: Record<string, unknown> | undefined): number | undefined {
  return authorizerSchema.safeParse(authorizer).data?.expiresAt;
}

/**
 * API Gateway keeps what the authorizer said for as long as a connection lives, which may be longer than its token.
 * @throws Problem 401 once that has expired
 */
export function requireLiveToken(authorizer: Record<string, unknown> | undefined): void {
  const end = tokenEnd(authorizer);
  if (end !== undefined && end * 1000 <= Date.now()) {
    throw problem("unauthenticated", { detail: "The token has expired. Connect again with a new one." });
  }
}
