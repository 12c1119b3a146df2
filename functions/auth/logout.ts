import { RevokeTokenCommand } from "@aws-sdk/client-cognito-identity-provider";
import type { authRoutes } from "@parley/contract/routes/auth";
import type { Operation } from "@parley/http/api-types";
import { invalid } from "@parley/http/problem";
import { callUserPool, type UserPool } from "@parley/identity/user-pool";

// Another token given by mistake must not look like a logout: the refresh token would live on.
const notARefreshToken = () => invalid("body.refreshToken", "is not a refresh token");

/** Revokes a refresh token; one that is revoked, expired or unknown already is as good as revoked. */
export function logout({ client, clientId }: UserPool): Operation<(typeof authRoutes)["logout"]> {
  return async ({ body: { refreshToken } }) => {
    const command = new RevokeTokenCommand({ ClientId: clientId, Token: refreshToken });
    await callUserPool("logout", () => client.send(command), {
      NotAuthorizedException: () => undefined,
      UnsupportedTokenTypeException: notARefreshToken,
      InvalidParameterException: notARefreshToken,
    });
    return { status: 204 };
  };
}
