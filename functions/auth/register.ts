import {
  ForgotPasswordCommand,
  ResendConfirmationCodeCommand,
  SignUpCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import type { authRoutes } from "@parley/contract/routes/auth";
import type { Operation } from "@parley/http/api-types";
import { invalid, problem } from "@parley/http/problem";
import { callUserPool, type UserPool } from "@parley/identity/user-pool";
import { codeDelivery } from "./code-delivery.ts";
import type { MailGuard } from "./mail-guard.ts";
import { accountRefusals, passwordRefusals } from "./refusals.ts";

const notInvited = () =>
  problem("forbidden", { detail: "Sign-up is not open to this address: ask for an invitation." });

/**
 * Writes to the owner of an address that has an account: the confirmation code again, or, once confirmed, a code to set
 * a new password with. Cognito has no other mail that it would send them.
 */
async function writeToOwner({ client, clientId }: UserPool, email: string): Promise<void> {
  const address = { ClientId: clientId, Username: email };
  let isConfirmed = false;
  await callUserPool("resend-code", () => client.send(new ResendConfirmationCodeCommand(address)), {
    ...accountRefusals,
    InvalidParameterException: () => {
      isConfirmed = true;
      return undefined;
    },
  });
  if (!isConfirmed) return;
  await callUserPool(
    "forgot-password",
    () => client.send(new ForgotPasswordCommand(address)),
    accountRefusals,
  );
}

/** What goes with a sign-up to Cognito's trigger; undefined where it asks for nothing. */
export type MakePass = (email: string) => Promise<Record<string, string> | undefined>;

/** Signs up; the account works once its address is confirmed. An address that has one gets the same answer. */
export function register(
  pool: UserPool,
  guardMail: MailGuard,
  makePass: MakePass,
): Operation<(typeof authRoutes)["register"]> {
  return async ({ body: { email, password, displayName, captchaToken }, source }) => {
    await guardMail({ email, captchaToken, source });
    const UserAttributes = [
      { Name: "email", Value: email },
      ...(displayName === undefined ? [] : [{ Name: "name", Value: displayName }]),
    ];
    const ClientMetadata = await makePass(email);
    const command = new SignUpCommand({
      ClientId: pool.clientId,
      Username: email,
      Password: password,
      UserAttributes,
      ...(ClientMetadata && { ClientMetadata }),
    });
    const answer = await callUserPool("sign-up", () => pool.client.send(command), {
      ...passwordRefusals("body.password", () => invalid("body.email", "is not accepted by the user pool")),
      UsernameExistsException: () => undefined,
      // Of a pool that is closed to sign-ups, and of the PreSignUp trigger.
      NotAuthorizedException: notInvited,
      UserLambdaValidationException: notInvited,
    });
    if (answer === undefined) await writeToOwner(pool, email);
    return {
      status: 201,
      body: { userConfirmed: answer?.UserConfirmed === true, codeDelivery: codeDelivery(email) },
    };
  };
}
