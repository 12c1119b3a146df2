import { randomBytes, randomUUID } from "node:crypto";
import {
  AdminCreateUserCommand,
  AdminDeleteUserCommand,
  AdminSetUserPasswordCommand,
  type CognitoIdentityProviderClient,
} from "@aws-sdk/client-cognito-identity-provider";
import { createParley } from "@parley/client";
import { DeploymentError } from "../deployment-error.ts";

export interface UserPool {
  readonly client: Pick<CognitoIdentityProviderClient, "send">;
  readonly userPoolId: string;
}

/** A user for one check, signed in. */
export interface ThrowAwayUser {
  readonly email: string;
  readonly token: string;
  /** Deletes the account as its owner would, and what the user pool may still have of it. */
  remove(): Promise<void>;
}

async function removeFromPool({ client, userPoolId: UserPoolId }: UserPool, email: string): Promise<void> {
  try {
    await client.send(new AdminDeleteUserCommand({ UserPoolId, Username: email }));
  } catch (error) {
    if (!(error instanceof Error && error.name === "UserNotFoundException")) throw error;
  }
}

async function deleteAccount(baseUrl: string, token: string): Promise<void> {
  const parley = createParley({ baseUrl, token });
  // Long deletions go on with the next request.
  for (let count = 0; count < 20; count++) if ((await parley.me.delete()).isComplete) return;
  throw new DeploymentError("The throw-away user's account is not gone after twenty requests.");
}

/** Makes a user who needs no mail, whoever may sign up otherwise: with the rights of who deploys. */
export async function makeThrowAwayUser(url: string, pool: UserPool): Promise<ThrowAwayUser> {
  const { client, userPoolId: UserPoolId } = pool;
  // An address of nobody; RFC 2606 keeps the domain free.
  const email = `deploy-check-${randomUUID()}@example.com`;
  const Password = `${randomBytes(24).toString("base64url")}aA1!`;
  const UserAttributes = [
    { Name: "email", Value: email },
    { Name: "email_verified", Value: "true" },
  ];
  const about = { UserPoolId, Username: email };
  await client.send(new AdminCreateUserCommand({ ...about, UserAttributes, MessageAction: "SUPPRESS" }));
  try {
    await client.send(new AdminSetUserPasswordCommand({ ...about, Password, Permanent: true }));
    const { accessToken: token } = await createParley({ baseUrl: url }).auth.login({
      email,
      password: Password,
    });
    return {
      email,
      token,
      remove: async () => {
        await deleteAccount(url, token).finally(() => removeFromPool(pool, email));
      },
    };
  } catch (error) {
    await removeFromPool(pool, email);
    throw error;
  }
}
