import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { userPool } from "@parley/local/services";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { mailedCode } from "../e2e/client.ts";
import { type OwnStack, startOwnStack } from "../e2e/own-stack.ts";
import { composer, password, violations, visit } from "./chromium.ts";
import { launch } from "./launch.ts";

let browser: Browser;
let own: OwnStack;
let verifier: Server;
const used = new Set<string>();

beforeAll(async () => {
  // Takes each answer of a widget once, as the providers do.
  verifier = createServer(async (request, response) => {
    const body = new URLSearchParams(Buffer.concat(await request.toArray()).toString());
    const token = String(body.get("response"));
    response.end(JSON.stringify({ success: token.startsWith("site-key.") && !used.has(token) }));
    used.add(token);
  }).listen(0, "127.0.0.1");
  await once(verifier, "listening");
  own = await startOwnStack({
    CAPTCHA: "turnstile",
    CAPTCHA_SITE_KEY: "site-key",
    CAPTCHA_SECRET: "hush",
    CAPTCHA_VERIFY_URL: `http://127.0.0.1:${(verifier.address() as AddressInfo).port}/`,
  });
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  await own?.close();
  verifier?.close();
});

const script = "https://challenges.cloudflare.com/turnstile/v0/api.js?render=explicit";

/** The provider's script as a page sees it: a button that a person presses, and that has to be pressed again. */
const widget = `window.turnstile = {
  asked: 0,
  render(place, { sitekey, callback }) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "I am human";
    button.onclick = () => { button.disabled = true; callback(sitekey + "." + ++this.asked); };
    place.append(button);
    this.button = button;
    return "1";
  },
  reset() { this.button.disabled = false; },
  remove() { this.button.remove(); },
};`;

const human = (page: Page) => page.getByRole("button", { name: "I am human" });

it("asks whoever signs up for the captcha, each time that a code is mailed", async () => {
  const { page, faults, foreign } = await visit(browser, {}, own.stack);
  await page.route(script, (route) => route.fulfill({ contentType: "text/javascript", body: widget }));
  const email = "ada@example.com";
  await page.getByRole("button", { name: "Create an account" }).click();
  await human(page).waitFor();
  expect(await violations(page)).toEqual([]);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  const submit = page.getByRole("button", { name: "Create account" });
  await submit.click();
  await page.getByText("Solve the captcha first.").waitFor();
  await human(page).click();
  await submit.click();
  await page.getByRole("main").getByText(`We have sent a code to ${email}.`).waitFor();

  const another = page.getByRole("button", { name: "Send another code" });
  await human(page).click();
  await another.click();
  await page.getByRole("main").getByText(`We have sent another code to ${email}.`).waitFor();
  // The answer has been used.
  await another.click();
  await page.getByRole("main").getByText("Solve the captcha first.").waitFor();
  const code = await mailedCode(own.address.cognitoEndpoint, email);
  await page.getByLabel("Six-digit code").fill(code);
  await page.getByRole("button", { name: "Confirm" }).click();
  await composer(page).waitFor();
  expect(faults).toEqual([]);
  expect(foreign).toEqual([script]);
});

it("mails nobody who signs up past it, at the user pool's own endpoint", async () => {
  const email = "eve@example.com";
  const signUp = await fetch(own.address.cognitoEndpoint, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": "AWSCognitoIdentityProviderService.SignUp",
    },
    body: JSON.stringify({ ClientId: userPool.clientId, Username: email, Password: password }),
  });
  expect(await signUp.json()).toMatchObject({ __type: "UserLambdaValidationException" });
  await expect(mailedCode(own.address.cognitoEndpoint, email)).rejects.toThrow();
});

it("says so where something blocks it, and signs in without", async () => {
  const { page } = await visit(browser, {}, own.stack);
  await page.route(script, (route) => route.abort());
  await page.getByRole("button", { name: "Forgot your password?" }).click();
  await page.getByText("The captcha could not be loaded.").waitFor();
  await page.getByRole("button", { name: "Back" }).click();
  await page.getByLabel("E-mail").fill("ada@example.com");
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await composer(page).waitFor();
});
