import { newId } from "@parley/data/ids";
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

async function signUp({ url, cognito }: Stack): Promise<{ token: string; email: string }> {
  const email = `chaos-${newId()}@example.com`;
  await post(`${url}/v1/auth/register`, { email, password });
  const code = cognito.mailbox(email).at(-1)?.code;
  await post(`${url}/v1/auth/confirm`, { email, code });
  const { accessToken } = (await post(`${url}/v1/auth/login`, { email, password })) as {
    accessToken: string;
  };
  return { token: accessToken, email };
}

/** New users, registered, confirmed and signed in over HTTP. */
export async function signUpUsers(stack: Stack, count: number): Promise<{ token: string; email: string }[]> {
  const users: { token: string; email: string }[] = [];
  for (let number = 0; number < count; number++) users.push(await signUp(stack));
  return users;
}
