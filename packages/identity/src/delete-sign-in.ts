import { AdminDeleteUserCommand, ListUsersCommand } from "@aws-sdk/client-cognito-identity-provider";
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

/**
 * Cognito's name of the user with this subject: another text than the subject where somebody signs in by a social
 * provider. Undefined when there is no such user.
 * @throws Problem 429 or 503
 */
export async function findUsername(userPoolId: string, subject: string): Promise<string | undefined> {
  const command = new ListUsersCommand({ UserPoolId: userPoolId, Filter: `sub = "${subject}"`, Limit: 1 });
  const found = await callUserPool("list-users", () => client.send(command), {});
  return found?.Users?.[0]?.Username;
}
