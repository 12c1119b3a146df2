import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { signUp } from "../e2e/client.ts";
import { type OwnStack, startOwnStack } from "../e2e/own-stack.ts";
import { composer, password, violations, visit } from "./chromium.ts";
import { launch } from "./launch.ts";

/** Addresses to return to are known before a stack starts, as a deployment's are. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

let browser: Browser;
let own: OwnStack;
beforeAll(async () => {
  const port = await freePort();
  const SIGN_IN_CALLBACK_URLS = `http://127.0.0.1:${port}/`;
  own = await startOwnStack({ PORT: String(port), WS_PORT: "0", SIGN_IN_CALLBACK_URLS });
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  await own?.close();
});

it("signs in on the deployment's sign-in page, out of it, and nobody by another's link", async () => {
  const { stack, address } = own;
  const ada = await signUp(address);
  const { page, faults } = await visit(browser, {}, stack);
  await page.goto("/#/settings/account");
  const leave = page.getByRole("button", { name: "Continue with the sign-in page" });
  await leave.waitFor();
  expect(await violations(page)).toEqual([]);
  await leave.click();
  await page.getByLabel("Email address").fill(ada.email);
  await page.getByLabel("Password").fill("Wrong-Horse-7");
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByText("Incorrect username or password.").waitFor();
  await page.getByLabel("Email address").fill(ada.email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Continue" }).click();
  // Back where the visit began, and without the code in the address.
  await page.getByLabel("Current password").waitFor();
  expect(page.url()).toBe(`${stack.url}/#/settings/account`);
  await page.reload();
  await page.getByLabel("Current password").waitFor();

  const signedOut = page.waitForRequest((request) => request.url().includes("/logout?"));
  await page.getByRole("button", { name: "Your account" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await signedOut;
  await leave.waitFor();

  // Eve has Mallory open a link with a code of her own: he must not end up in her account.
  const eve = await visit(browser, {}, stack);
  await eve.page.getByRole("button", { name: "Continue with the sign-in page" }).click();
  await eve.page.getByLabel("Email address").fill(ada.email);
  await eve.page.getByLabel("Password").fill(password);
  const stolen = new Promise<string>((resolve) => {
    void eve.page.route(
      ({ pathname }) => pathname === "/oauth2/authorize",
      async (route) => {
        const answer = await route.fetch({ maxRedirects: 0 });
        resolve(answer.headers().location ?? "");
        await route.abort();
      },
    );
  });
  await eve.page.getByRole("button", { name: "Continue" }).click();
  await page.goto(await stolen);
  await page.getByText("You are not signed in. Try again.").waitFor();
  expect(await composer(page).count()).toBe(0);
  expect(page.url()).not.toContain("code=");
  expect(faults).toEqual([]);
});
