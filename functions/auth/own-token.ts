import type { Route } from "@parley/contract/route";
import type { ApiRequest } from "@parley/http/api-types";
import { problem } from "@parley/http/problem";

/** The caller's access token, with which Cognito lets people change their own account. */
export function accessTokenOf({ authorization }: ApiRequest<Route>["headers"]): string | undefined {
  return authorization?.replace(/^Bearer /i, "");
}

/** Cognito refuses a token that the authorizer still takes: it was revoked, or lacks the scope. */
export const staleToken = () =>
  problem("unauthenticated", { detail: "The access token is not valid any more. Sign in again." });
