import { ResendConfirmationCodeCommand } from "@aws-sdk/client-cognito-identity-provider";
import type { authRoutes } from "@parley/contract/routes/auth";
import type { Operation } from "@parley/http/api-types";
import { callUserPool, type UserPool } from "@parley/identity/user-pool";
import { codeDelivery } from "./code-delivery.ts";
import type { MailGuard } from "./mail-guard.ts";
import { accountRefusals } from "./refusals.ts";

/** Sends the code again to an address that awaits confirmation; any other gets the same answer. */
export function resendCode(
  { client, clientId }: UserPool,
  guardMail: MailGuard,
): Operation<(typeof authRoutes)["resendCode"]> {
  return async ({ body: { email, captchaToken }, source }) => {
    await guardMail({ email, captchaToken, source });
    const command = new ResendConfirmationCodeCommand({ ClientId: clientId, Username: email });
    await callUserPool("resend-code", () => client.send(command), accountRefusals);
    return { status: 202, body: { codeDelivery: codeDelivery(email) } };
  };
}
