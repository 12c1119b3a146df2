import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { isSignUpPass } from "@parley/identity/sign-up-pass";
import type { Triggers } from "@parley/local/cognito/pool";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { password, startAuthApi } from "./auth-api.fixture.ts";
import { captchaOf } from "./captcha.ts";

let asked: Record<string, string>[] = [];
let answer: string;
let verifier: Server;
let api: Awaited<ReturnType<typeof startAuthApi>>;

beforeAll(async () => {
  verifier = createServer(async (request, response) => {
    const body = new URLSearchParams(Buffer.concat(await request.toArray()).toString());
    asked.push(Object.fromEntries(body));
    response.end(answer);
  }).listen(0, "127.0.0.1");
  await once(verifier, "listening");
  const preSignUp: Triggers["preSignUp"] = async ({ request: { userAttributes, clientMetadata } }) => {
    const { email = "" } = userAttributes;
    if (!isSignUpPass("hush", email, clientMetadata?.pass)) throw new Error("no pass");
  };
  api = await startAuthApi({
    triggers: { preSignUp },
    environment: {
      CAPTCHA: "hcaptcha",
      CAPTCHA_SITE_KEY: "site",
      CAPTCHA_SECRET: "hush",
      CAPTCHA_VERIFY_URL: `http://127.0.0.1:${(verifier.address() as AddressInfo).port}/siteverify`,
    },
  });
});
afterEach(() => {
  asked = [];
});
afterAll(async () => {
  await api?.close();
  verifier.close();
});

const solved = '{"success":true,"hostname":"chat.example.com"}';
const wrong = '{"success":false,"error-codes":["invalid-input-response"]}';
const routes = [
  ["register", { password }],
  ["resend-code", {}],
  ["forgot-password", {}],
] as const;

test.each(routes)("%s mails nothing until the captcha is solved", async (route, more) => {
  const email = `${route}@example.com`;
  answer = solved;
  if (route !== "register") await api.post("register", { email, password, captchaToken: "t" });
  asked = [];
  const before = api.cognito.mailbox(email).length;
  const refused = { status: 403, body: { type: "/problems/captcha-required" } };
  expect(await api.post(route, { email, ...more })).toMatchObject(refused);
  expect(asked).toEqual([]);
  answer = wrong;
  expect(await api.post(route, { email, ...more, captchaToken: "guessed" })).toMatchObject(refused);
  expect(api.cognito.mailbox(email)).toHaveLength(before);
  answer = solved;
  expect((await api.post(route, { email, ...more, captchaToken: "seen" })).status).toBeLessThan(300);
  const sent = { secret: "hush", sitekey: "site", remoteip: expect.any(String) };
  expect(asked).toEqual([
    { ...sent, response: "guessed" },
    { ...sent, response: "seen" },
  ]);
  expect(api.cognito.mailbox("eve@example.com")).toEqual([]);
});

test.each(["<html>", "{}", "null"])("an answer of the provider's like %s lets nobody in", async (text) => {
  answer = text;
  const body = { email: "ada@example.com", password, captchaToken: "t" };
  const refused = await api.post("register", body);
  expect(refused).toMatchObject({ status: 503, body: { type: "/problems/unavailable" } });
  expect(JSON.stringify(refused)).not.toContain("hush");
  expect(api.cognito.mailbox("ada@example.com")).toEqual([]);
});

test("signing in asks for none, and the page is told which it is to show", async () => {
  answer = solved;
  const email = "grace@example.com";
  await api.post("register", { email, password, captchaToken: "t" });
  await api.post("confirm", { email, code: api.lastCode(email) });
  expect((await api.post("login", { email, password })).status).toBe(200);
  expect((await api.get("config")).body).toMatchObject({
    signIn: { captcha: { provider: "hcaptcha", siteKey: "site" } },
  });
});

test("a captcha that no page can show is said at once", () => {
  const settings = {
    CAPTCHA: "turnstile",
    CAPTCHA_SITE_KEY: undefined,
    CAPTCHA_VERIFY_URL: undefined,
  } as const;
  expect(() => captchaOf(settings)).toThrow("CAPTCHA is set, and CAPTCHA_SITE_KEY is not.");
});
