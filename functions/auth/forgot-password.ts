import { ForgotPasswordCommand } from "@aws-sdk/client-cognito-identity-provider";
import type { authRoutes } from "@parley/contract/routes/auth";
import type { Operation } from "@parley/http/api-types";
import { callUserPool, type UserPool } from "@parley/identity/user-pool";
import { codeDelivery } from "./code-delivery.ts";
import type { MailGuard } from "./mail-guard.ts";
import { accountRefusals } from "./refusals.ts";

type ForgotPassword = Operation<(typeof authRoutes)["forgotPassword"]>;

/** Sends a code to set a new password with; an address without an account gets the same answer. */
export function forgotPassword({ client, clientId }: UserPool, guardMail: MailGuard): ForgotPassword {
  return async ({ body: { email, captchaToken }, source }) => {
    await guardMail({ email, captchaToken, source });
    const command = new ForgotPasswordCommand({ ClientId: clientId, Username: email });
    await callUserPool("forgot-password", () => client.send(command), accountRefusals);
    return { status: 202, body: { codeDelivery: codeDelivery(email) } };
  };
}
