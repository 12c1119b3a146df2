import type { InitiateAuthResponse } from "@aws-sdk/client-cognito-identity-provider";
import { problem } from "@parley/http/problem";

/**
 * The tokens of a sign-in as the API gives them. A refresh brings no new refresh token unless the client rotates
 * them: then the one in use stays.
 * @throws Problem 403 when Cognito wants a further step (a second factor, a new password), which this API has not
 */
export function readTokens(answer: InitiateAuthResponse | undefined, refreshToken?: string) {
  const result = answer?.AuthenticationResult;
  if (!result?.AccessToken || !result.IdToken) {
    throw problem("forbidden", { detail: "This account needs a sign-in step that this API does not offer." });
  }
  return {
    accessToken: result.AccessToken,
    idToken: result.IdToken,
    refreshToken: result.RefreshToken ?? refreshToken ?? "",
    expiresIn: result.ExpiresIn ?? 0,
    tokenType: "Bearer",
  };
}
