import {
  AdminUserGlobalSignOutCommand,
  type CognitoIdentityProviderClient,
} from "@aws-sdk/client-cognito-identity-provider";
import { callUserPool } from "./user-pool.ts";

/**
 * Ends every session of a user: no refresh token gives tokens any more. Cognito does none of this by itself when a
 * password changes. By name and not by the caller's token, so that a request can be repeated after its token went too.
 * @throws Problem 429 or 503
 */
export async function endSessions(
  client: CognitoIdentityProviderClient,
  userPoolId: string,
  username: string,
): Promise<void> {
  const command = new AdminUserGlobalSignOutCommand({ UserPoolId: userPoolId, Username: username });
  await callUserPool("sign-out", () => client.send(command), { UserNotFoundException: () => undefined });
}
