import { ChangePasswordCommand, InitiateAuthCommand } from "@aws-sdk/client-cognito-identity-provider";
import type { authRoutes } from "@parley/contract/routes/auth";
import type { Operation } from "@parley/http/api-types";
import { invalid } from "@parley/http/problem";
import { callUserPool, type UserPool } from "@parley/identity/user-pool";
import { usernameOf } from "@parley/identity/username-of";
import { describeError } from "@parley/runtime/describe-error";
import { logger } from "@parley/runtime/logger";
import { accessTokenOf, staleToken } from "./own-token.ts";
import { passwordRefusals, sessionsRemain } from "./refusals.ts";
import { readTokens } from "./tokens.ts";

type ChangePassword = Operation<(typeof authRoutes)["changePassword"]>;

/** New tokens; undefined where signing in takes more than the password, or does not work right now. */
async function signInAgain({ client, clientId }: UserPool, username: string, password: string) {
  const command = new InitiateAuthCommand({
    ClientId: clientId,
    AuthFlow: "USER_PASSWORD_AUTH",
    AuthParameters: { USERNAME: username, PASSWORD: password },
  });
  try {
    return readTokens(await callUserPool("login", () => client.send(command), {}));
  } catch (error) {
    logger.warn("no tokens after a new password", { error: { ...describeError(error) } });
    return undefined;
  }
}

/**
 * Changes the caller's password, by the caller's own access token, and ends every session. The caller gets a new one.
 * @param signOut ends the sessions of the user of that name
 */
export function changePassword(pool: UserPool, signOut: (username: string) => Promise<void>): ChangePassword {
  return async ({ body: { currentPassword, newPassword }, headers, caller }) => {
    const username = usernameOf(caller.identity);
    const command = new ChangePasswordCommand({
      AccessToken: accessTokenOf(headers),
      PreviousPassword: currentPassword,
      ProposedPassword: newPassword,
    });
    await callUserPool("change-password", () => pool.client.send(command), {
      ...passwordRefusals("body.newPassword", staleToken),
      // One name for two things: a token that is revoked, or the wrong current password, which is no reason for a
      // client to believe that it was signed out.
      NotAuthorizedException: (error) =>
        /username or password/i.test(error.message)
          ? invalid("body.currentPassword", "is wrong")
          : staleToken(),
      UserNotFoundException: staleToken,
    });
    try {
      await signOut(username);
    } catch {
      throw sessionsRemain();
    }
    const tokens = await signInAgain(pool, username, newPassword);
    return tokens === undefined ? { status: 204 } : { status: 200, body: tokens };
  };
}
