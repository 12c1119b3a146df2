import { config as configSchema, providers as providersSchema } from "@parley/contract/schemas/auth";
import { captureLog } from "@parley/http/testing/capture-log";
import { eventFor, send } from "@parley/http/testing/send";
import { afterEach, expect, test, vi } from "vitest";
import * as z from "zod/mini";

captureLog();
afterEach(() => void vi.unstubAllEnvs());

/** What anybody gets, signed in or not, of a function with that environment. */
async function answerWith(
  route: string,
  environment: Record<string, string>,
  authorizer?: Record<string, unknown>,
) {
  for (const [name, value] of Object.entries({
    USER_POOL_ID: "p1",
    USER_POOL_CLIENT_ID: "c1",
    ...environment,
  }))
    vi.stubEnv(name, value);
  vi.resetModules();
  const { handler } = await import("./index.ts");
  const answer = await send(handler, eventFor(route, { ...(authorizer && { authorizer }) }));
  expect(answer.status).toBe(200);
  return answer;
}

async function providersWith(environment: Record<string, string>, authorizer?: Record<string, unknown>) {
  const { body } = await answerWith("GET /v1/auth/providers", environment, authorizer);
  return z.strictObject(providersSchema.shape).parse(body);
}

test("without a sign-in page there are e-mail and password alone", async () => {
  expect(await providersWith({})).toEqual({ signInPage: null, providers: [] });
});

test("the page and each provider on it are named, alike for everybody", async () => {
  const environment = {
    SIGN_IN_URL: "https://parley.auth.example.com",
    SIGN_IN_SCOPES: "openid,email",
    SIGN_IN_CALLBACK_URLS: "https://chat.example.com/,https://other.example.com/",
    SIGN_IN_PROVIDERS: "google:Google,oidc:GitHub",
  };
  const found = await providersWith(environment);
  expect(found.signInPage).toMatchObject({
    clientId: "c1",
    scopes: ["openid", "email"],
    tokenUrl: "https://parley.auth.example.com/oauth2/token",
    callbackUrls: ["https://chat.example.com/", "https://other.example.com/"],
  });
  const page = new URL(found.signInPage?.authorizeUrl ?? "");
  expect(page.origin + page.pathname).toBe("https://parley.auth.example.com/oauth2/authorize");
  const asked = { client_id: "c1", response_type: "code", scope: "openid email" };
  expect(Object.fromEntries(page.searchParams)).toEqual(asked);
  expect(found.providers.map(({ name, kind }) => [name, kind])).toEqual([
    ["Google", "google"],
    ["GitHub", "oidc"],
  ]);
  for (const { name, authorizeUrl } of found.providers) {
    const parameters = Object.fromEntries(new URL(authorizeUrl).searchParams);
    expect(parameters).toEqual({ ...asked, identity_provider: name });
  }
  for (const sub of ["ada", "eve"]) expect(await providersWith(environment, { sub })).toEqual(found);
});

test("a provider of a kind that is not known is said at once, without its name", async () => {
  await expect(providersWith({ SIGN_IN_PROVIDERS: "saml:Secret" })).rejects.toThrow(
    /^SIGN_IN_PROVIDERS must be kinds and names, such as oidc:GitHub\.$/,
  );
});

test("a page is told what it needs before anybody signs in, alike for everybody", async () => {
  const environment = {
    SIGN_UP: "invite",
    PUSH_URL: "wss://push.example.com/prod",
    SIGN_IN_URL: "https://parley.auth.example.com",
    SIGN_IN_PROVIDERS: "google:Google",
  };
  const { body, headers } = await answerWith("GET /v1/config", environment);
  const found = z.strictObject(configSchema.shape).parse(body);
  expect(found).toMatchObject({
    name: "Parley",
    pushUrl: "wss://push.example.com/prod",
    signIn: { signUp: "invite", ...(await providersWith(environment)) },
    limits: {
      messageCharacters: 32_768,
      bodyBytes: 262_144,
      runningReplies: 4,
      waitingReplies: 20,
    },
  });
  expect(headers["cache-control"]).toBe("public, max-age=300");
  expect((await answerWith("GET /v1/config", environment, { sub: "eve" })).body).toEqual(found);
  const bare = (await answerWith("GET /v1/config", { SIGN_UP: "", PUSH_URL: "", SIGN_IN_URL: "" })).body;
  expect(bare).toMatchObject({ pushUrl: null, signIn: { signUp: "open", signInPage: null } });
});
