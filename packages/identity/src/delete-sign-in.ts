import { AdminDeleteUserCommand } from "@aws-sdk/client-cognito-identity-provider";
import { callUserPool, openUserPoolClient } from "./user-pool.ts";

const client = openUserPoolClient();

/**
 * Removes a user from Cognito, and with it every refresh token; one who is not there any more counts as removed. By
 * name and not by the caller's token, which may be revoked, or lack the scope for it.
 * @throws Problem 429 or 503
 */
export async function deleteSignIn(userPoolId: string, username: string): Promise<void> {
  const command = new AdminDeleteUserCommand({ UserPoolId: userPoolId, Username: username });
  await callUserPool("delete-user", () => client.send(command), { UserNotFoundException: () => undefined });
}
