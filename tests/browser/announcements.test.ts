import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { signUp, type User } from "../e2e/client.ts";
import { composer, password, signInAs, visit } from "./chromium.ts";
import { launch } from "./launch.ts";
import { spoken } from "./screen-reader.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

const hears = (page: Page, what: unknown) =>
  expect.poll(() => spoken(page), { timeout: 20_000 }).toEqual(what);

async function asked(user: User, model: string): Promise<string> {
  const body = { model: `scripted/${model}`, message: { content: "Tell me" } };
  const { conversation } = (await user.expect("createConversation", 202, { body })) as {
    conversation: { id: string };
  };
  return `/#/c/${conversation.id}`;
}

it("says to screen readers that an answer begins, once while it grows, and how it ends", async () => {
  const user = await signUp();
  const { page, faults } = await visit(browser);
  await signInAs(page, user.email);
  await page.goto(await asked(user, "slow"));
  await page.getByRole("log").getByText("This is the slow").waitFor();
  await hears(page, ["polite: The answer is being written"]);
  await page.getByRole("log").getByText("This is the slow model. It says").waitFor();
  expect(await spoken(page)).toEqual(["polite: The answer is being written"]);
  await page.getByRole("button", { name: "Stop" }).click();
  await hears(page, ["polite: Stopped"]);

  await page.goto(await asked(user, "fail-rejected"));
  await page.getByRole("button", { name: "Try again" }).click();
  await hears(page, ["polite: The model refused to answer this."]);

  await page.goto(await asked(user, "echo"));
  await page.getByText("Echo: Tell me").waitFor();
  await composer(page).fill("Hear this");
  await page.keyboard.press("Enter");
  await hears(page, ["polite: Answer: Echo: Hear this"]);
  await page.route("**/messages", (route) => route.abort());
  await composer(page).fill("Unheard");
  await page.keyboard.press("Enter");
  await hears(page, expect.arrayContaining([expect.stringMatching(/^assertive: .* cannot be reached/)]));
  expect(faults).toEqual([]);
});

it("says to screen readers what is wrong with a form, and where a code was sent", async () => {
  const { page, faults } = await visit(browser);
  await page.getByLabel("E-mail").fill("nobody@example.com");
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await hears(page, [expect.stringMatching(/^assertive: .*password/i)]);
  await page.getByRole("button", { name: "Create an account" }).click();
  const email = `${crypto.randomUUID()}@example.com`;
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill("too short");
  await page.getByRole("button", { name: "Create account" }).click();
  await hears(page, [expect.stringMatching(/^assertive: /)]);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Create account" }).click();
  await hears(page, [`polite: We have sent a code to ${email}.`]);
  await page.getByLabel("Six-digit code").fill("000000");
  await page.getByRole("button", { name: "Confirm" }).click();
  await hears(page, expect.arrayContaining([expect.stringMatching(/^assertive: .*code/i)]));
  expect(faults).toEqual([]);
});
