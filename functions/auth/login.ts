import { InitiateAuthCommand } from "@aws-sdk/client-cognito-identity-provider";
import type { authRoutes } from "@parley/contract/routes/auth";
import type { Operation } from "@parley/http/api-types";
import { problem } from "@parley/http/problem";
import { callUserPool, type UserPool } from "@parley/identity/user-pool";
import { readTokens } from "./tokens.ts";

/** One answer for an unknown address, a wrong password and a disabled account. */
const refused = () => problem("unauthenticated", { detail: "The e-mail address or the password is wrong." });

/** Gives tokens for e-mail and password. */
export function login({ client, clientId }: UserPool): Operation<(typeof authRoutes)["login"]> {
  return async ({ body: { email, password } }) => {
    const command = new InitiateAuthCommand({
      ClientId: clientId,
      AuthFlow: "USER_PASSWORD_AUTH",
      AuthParameters: { USERNAME: email, PASSWORD: password },
    });
    const answer = await callUserPool("login", () => client.send(command), {
      NotAuthorizedException: refused,
      UserNotFoundException: refused,
      InvalidParameterException: refused,
      // Both only after the right password.
      UserNotConfirmedException: () =>
        problem("forbidden", { detail: "Confirm your e-mail address first, with the code sent to it." }),
      PasswordResetRequiredException: () =>
        problem("forbidden", { detail: "Set a new password first, through forgot-password." }),
    });
    return { status: 200, body: readTokens(answer) };
  };
}
