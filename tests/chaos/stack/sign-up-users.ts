import { newId } from "@parley/data/ids";
import { userPool } from "@parley/local/services";
import type { Stack } from "@parley/local/stack";

const password = "Correct-Horse-7";

async function post(url: string, body: object): Promise<unknown> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.status === 204 ? undefined : response.json();
}

async function register({ url, cognito }: Stack): Promise<string> {
  const email = `chaos-${newId()}@example.com`;
  await post(`${url}/v1/auth/register`, { email, password });
  const code = cognito.mailbox(email).at(-1)?.code;
  await post(`${url}/v1/auth/confirm`, { email, code });
  return email;
}

async function signIn({ url }: Stack, email: string): Promise<{ token: string; email: string }> {
  const { accessToken } = (await post(`${url}/v1/auth/login`, { email, password })) as {
    accessToken: string;
  };
  return { token: accessToken, email };
}

/** Another who belongs to the admins, as an operator would make one. */
export async function signUpAdmin(stack: Stack): Promise<{ token: string; email: string }> {
  const email = await register(stack);
  await fetch(stack.cognito.endpoint, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": "AWSCognitoIdentityProviderService.AdminAddUserToGroup",
      // The local user pool looks for a signature and does not check it.
      authorization: "AWS4-HMAC-SHA256 Credential=local",
    },
    body: JSON.stringify({ UserPoolId: userPool.userPoolId, GroupName: "admin", Username: email }),
  });
  return signIn(stack, email);
}

/** New users, registered, confirmed and signed in over HTTP. */
export async function signUpUsers(stack: Stack, count: number): Promise<{ token: string; email: string }[]> {
  const users: { token: string; email: string }[] = [];
  for (let number = 0; number < count; number++) users.push(await signIn(stack, await register(stack)));
  return users;
}
