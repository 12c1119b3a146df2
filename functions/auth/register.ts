import { SignUpCommand } from "@aws-sdk/client-cognito-identity-provider";
import type { authRoutes } from "@parley/contract/routes/auth";
import type { Operation } from "@parley/http/api-types";
import { invalid, problem } from "@parley/http/problem";
import { callUserPool, type UserPool } from "@parley/identity/user-pool";
import { codeDelivery } from "./code-delivery.ts";
import { passwordRefusals } from "./refusals.ts";

const notInvited = () =>
  problem("forbidden", { detail: "Sign-up is not open to this address: ask for an invitation." });

/** Signs up; the account works once its address is confirmed. */
export function register({ client, clientId }: UserPool): Operation<(typeof authRoutes)["register"]> {
  return async ({ body: { email, password, displayName } }) => {
    const UserAttributes = [
      { Name: "email", Value: email },
      ...(displayName === undefined ? [] : [{ Name: "name", Value: displayName }]),
    ];
    const command = new SignUpCommand({
      ClientId: clientId,
      Username: email,
      Password: password,
      UserAttributes,
    });
    const answer = await callUserPool("sign-up", () => client.send(command), {
      ...passwordRefusals("body.password", () => invalid("body.email", "is not accepted by the user pool")),
      UsernameExistsException: () =>
        problem("conflict", { detail: "There is an account with this e-mail address already." }),
      // Of a pool that is closed to sign-ups, and of the PreSignUp trigger.
      NotAuthorizedException: notInvited,
      UserLambdaValidationException: notInvited,
    });
    return {
      status: 201,
      body: { userConfirmed: answer?.UserConfirmed === true, codeDelivery: codeDelivery(email) },
    };
  };
}
