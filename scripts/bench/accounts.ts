import { randomUUID } from "node:crypto";
import { jsonOverHttp, type SendJson } from "./json-over-http.ts";

const password = "Correct-Horse-7";

interface Mailbox {
  codes: { code: string }[];
}

async function signIn(send: SendJson, email: string, secret: string): Promise<string> {
  const { status, body } = await send("POST", "/v1/auth/login", { email, password: secret });
  if (status !== 200) throw new Error(`Signing in answered ${status}.`);
  return (body as { accessToken: string }).accessToken;
}

async function signUp(send: SendJson, cognito: SendJson): Promise<string> {
  return signIn(send, await register(send, cognito), password);
}

async function register(send: SendJson, cognito: SendJson): Promise<string> {
  const email = `bench-${randomUUID()}@example.com`;
  await send("POST", "/v1/auth/register", { email, password });
  const { body } = await cognito("GET", `/_mailbox?email=${encodeURIComponent(email)}`);
  const code = (body as Mailbox).codes.at(-1)?.code;
  await send("POST", "/v1/auth/confirm", { email, code });
  return email;
}

/** What a new user of a local stack signs in with. */
export async function signUpPerson(url: string, cognitoEndpoint: string) {
  return { email: await register(jsonOverHttp(url), jsonOverHttp(cognitoEndpoint)), password };
}

/** Tokens of so many new users of a local stack. */
export async function signUpAll(url: string, cognitoEndpoint: string, count: number): Promise<string[]> {
  const send = jsonOverHttp(url);
  const cognito = jsonOverHttp(cognitoEndpoint);
  const tokens: string[] = [];
  for (let user = 0; user < count; user++) tokens.push(await signUp(send, cognito));
  return tokens;
}

/** The token of a user of any deployment. */
export function tokenFor(url: string, email: string, secret: string): Promise<string> {
  return signIn(jsonOverHttp(url), email, secret);
}
