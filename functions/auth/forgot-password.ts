import { ForgotPasswordCommand } from "@aws-sdk/client-cognito-identity-provider";
import type { authRoutes } from "@parley/contract/routes/auth";
import type { Operation } from "@parley/http/api-types";
import { callUserPool, type UserPool } from "@parley/identity/user-pool";
import { codeDelivery } from "./code-delivery.ts";
import type { LimitMails } from "./mail-limit.ts";
import { accountRefusals } from "./refusals.ts";

type ForgotPassword = Operation<(typeof authRoutes)["forgotPassword"]>;

/** Sends a code to set a new password with; an address without an account gets the same answer. */
export function forgotPassword({ client, clientId }: UserPool, limitMails: LimitMails): ForgotPassword {
  return async ({ body: { email }, source }) => {
    await limitMails(email, source);
    const command = new ForgotPasswordCommand({ ClientId: clientId, Username: email });
    await callUserPool("forgot-password", () => client.send(command), accountRefusals);
    return { status: 202, body: { codeDelivery: codeDelivery(email) } };
  };
}
