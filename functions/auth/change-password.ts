import { ChangePasswordCommand } from "@aws-sdk/client-cognito-identity-provider";
import type { authRoutes } from "@parley/contract/routes/auth";
import type { Operation } from "@parley/http/api-types";
import { invalid, problem } from "@parley/http/problem";
import { callUserPool, type UserPool } from "@parley/identity/user-pool";
import { passwordRefusals } from "./refusals.ts";

type ChangePassword = Operation<(typeof authRoutes)["changePassword"]>;

const refused = () =>
  problem("unauthenticated", { detail: "The access token is not valid any more. Sign in again." });

/** Changes the caller's password, by the caller's own access token. */
export function changePassword({ client }: UserPool): ChangePassword {
  return async ({ body: { currentPassword, newPassword }, headers }) => {
    const command = new ChangePasswordCommand({
      AccessToken: headers.authorization?.replace(/^Bearer /i, ""),
      PreviousPassword: currentPassword,
      ProposedPassword: newPassword,
    });
    await callUserPool("change-password", () => client.send(command), {
      ...passwordRefusals("body.newPassword", refused),
      // One name for two things: a token that is revoked, or the wrong current password, which is no reason for a
      // client to believe that it was signed out.
      NotAuthorizedException: (error) =>
        /username or password/i.test(error.message) ? invalid("body.currentPassword", "is wrong") : refused(),
      UserNotFoundException: refused,
    });
    return { status: 204 };
  };
}
