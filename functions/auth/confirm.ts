import { ConfirmSignUpCommand } from "@aws-sdk/client-cognito-identity-provider";
import type { authRoutes } from "@parley/contract/routes/auth";
import type { Operation } from "@parley/http/api-types";
import { callUserPool, type UserPool } from "@parley/identity/user-pool";
import { codeRefusals, triggerRefusals } from "./refusals.ts";

/** Confirms the address with the code that was sent to it. */
export function confirm({ client, clientId }: UserPool): Operation<(typeof authRoutes)["confirm"]> {
  return async ({ body: { email, code } }) => {
    const command = new ConfirmSignUpCommand({ ClientId: clientId, Username: email, ConfirmationCode: code });
    await callUserPool("confirm", () => client.send(command), {
      ...codeRefusals,
      ...triggerRefusals,
    });
    return { status: 204 };
  };
}
