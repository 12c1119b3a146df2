import { ConfirmForgotPasswordCommand } from "@aws-sdk/client-cognito-identity-provider";
import type { authRoutes } from "@parley/contract/routes/auth";
import type { Operation } from "@parley/http/api-types";
import { callUserPool, type UserPool } from "@parley/identity/user-pool";
import { codeRefusals, passwordRefusals, sessionsRemain } from "./refusals.ts";

type ResetPassword = Operation<(typeof authRoutes)["resetPassword"]>;

/** Sets a new password with a code from forgot-password; the trigger that Cognito then runs ends the user's sessions. */
export function resetPassword({ client, clientId }: UserPool): ResetPassword {
  return async ({ body: { email, code, password } }) => {
    const command = new ConfirmForgotPasswordCommand({
      ClientId: clientId,
      Username: email,
      ConfirmationCode: code,
      Password: password,
    });
    await callUserPool("reset-password", () => client.send(command), {
      ...codeRefusals,
      ...passwordRefusals("body.password", codeRefusals.InvalidParameterException),
      UserLambdaValidationException: sessionsRemain,
      UnexpectedLambdaException: sessionsRemain,
      InvalidLambdaResponseException: sessionsRemain,
    });
    return { status: 204 };
  };
}
