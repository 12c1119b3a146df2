import { InitiateAuthCommand } from "@aws-sdk/client-cognito-identity-provider";
import type { authRoutes } from "@parley/contract/routes/auth";
import type { Operation } from "@parley/http/api-types";
import { problem } from "@parley/http/problem";
import { callUserPool, type UserPool } from "@parley/identity/user-pool";
import { readTokens } from "./tokens.ts";

const refused = () =>
  problem("unauthenticated", { detail: "The refresh token is not valid any more. Sign in again." });

/** Gives new tokens for a refresh token. */
export function refresh({ client, clientId }: UserPool): Operation<(typeof authRoutes)["refresh"]> {
  return async ({ body: { refreshToken } }) => {
    const command = new InitiateAuthCommand({
      ClientId: clientId,
      AuthFlow: "REFRESH_TOKEN_AUTH",
      AuthParameters: { REFRESH_TOKEN: refreshToken },
    });
    const answer = await callUserPool("refresh", () => client.send(command), {
      NotAuthorizedException: refused,
      UserNotFoundException: refused,
      InvalidParameterException: refused,
      RefreshTokenReuseException: refused,
    });
    return { status: 200, body: readTokens(answer, refreshToken) };
  };
}
