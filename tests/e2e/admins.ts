import { inject } from "vitest";
import { signIn, signUp, type User } from "./client.ts";

/** As an operator would with the AWS CLI; the local user pool looks for a signature and does not check it. */
async function callUserPool(cognitoEndpoint: string, operation: string, input: object): Promise<string> {
  const response = await fetch(cognitoEndpoint, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `AWSCognitoIdentityProviderService.${operation}`,
      authorization: "AWS4-HMAC-SHA256 Credential=local",
    },
    body: JSON.stringify({ UserPoolId: "us-east-1_parley", ...input }),
  });
  return response.text();
}

/** A user of the group `admin`, signed in since. */
export async function signUpAdmin(
  address: { url: string; cognitoEndpoint: string } = inject("stack"),
): Promise<User> {
  const { email } = await signUp(address);
  await callUserPool(address.cognitoEndpoint, "AdminAddUserToGroup", { GroupName: "admin", Username: email });
  return signIn(email, address);
}

/** Says whether the user pool still has a user. */
export async function hasSignIn(email: string): Promise<boolean> {
  const { cognitoEndpoint } = inject("stack");
  return (await callUserPool(cognitoEndpoint, "AdminGetUser", { Username: email })).includes("UserStatus");
}
