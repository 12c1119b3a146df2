import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { signUpAdmin } from "../e2e/admins.ts";
import { ended, signUp } from "../e2e/client.ts";
import { launch, signInAs, violations, visit } from "./chromium.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

it("shows an admin what happens, and lets them grant, disable and retry", async () => {
  const [admin, ada] = await Promise.all([signUpAdmin(), signUp()]);
  const { reply } = (await ada.expect("createConversation", 202, {
    body: { model: "scripted/fail-rejected", message: { content: "Fail" } },
  })) as { reply: { id: string } };
  await ended(ada, reply.id);
  const { page, faults, foreign } = await visit(browser);
  await signInAs(page, admin.email);
  await page.getByRole("button", { name: "Your account" }).click();
  await page.getByRole("menuitem", { name: "Administration" }).click();
  await page.getByText("Time to the answer").waitFor();
  await page.getByRole("img", { name: /^Tokens charged in 30 days: / }).waitFor();

  await page.getByRole("link", { name: "People" }).click();
  await page.getByRole("searchbox").fill(ada.email);
  const options = page.getByRole("button", { name: `Options of ${ada.email}` });
  await options.click();
  await page.getByRole("menuitem", { name: "Give or take tokens" }).click();
  await page.getByRole("textbox", { name: "Tokens" }).fill("500");
  await page.getByRole("button", { name: "Grant", exact: true }).click();
  await page.getByText("1,000,500 tokens").waitFor();
  await options.click();
  await page.getByRole("menuitem", { name: "Disable" }).click();
  await page.getByRole("button", { name: "Disable", exact: true }).click();
  await page.getByText("disabled", { exact: true }).waitFor();
  await ada.refused("createConversation", 403, { body: { message: { content: "Hello" } } });
  await options.click();
  await page.getByRole("menuitem", { name: "Enable" }).click();
  await page.getByRole("button", { name: "Enable", exact: true }).click();
  await page.getByText("disabled", { exact: true }).waitFor({ state: "detached" });

  await page.getByRole("link", { name: "Replies" }).click();
  await page
    .getByRole("button", { name: /^Retry/ })
    .first()
    .click();
  await page.getByText("Asked again").first().waitFor();
  for (const [name, shown] of [
    ["Models", "scripted/echo"],
    ["Audit", "reply retried"],
  ] as const) {
    await page.getByRole("link", { name }).click();
    await page.getByText(shown).first().waitFor();
  }
  await page.getByRole("link", { name: "People" }).click();
  await page.getByRole("searchbox").fill(ada.email);
  await options.click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  expect(await violations(page)).toEqual([]);
  await page.getByRole("button", { name: "Delete for good" }).click();
  await page.getByText("Nobody is like that.").waitFor();
  expect([faults, foreign]).toEqual([[], []]);
});

it("offers nobody else the administration, and shows them nothing of it", async () => {
  const user = await signUp();
  const { page } = await visit(browser);
  await signInAs(page, user.email);
  await page.getByRole("button", { name: "Your account" }).click();
  await page.getByRole("menuitem", { name: "Settings" }).waitFor();
  expect(await page.getByRole("menuitem", { name: "Administration" }).count()).toBe(0);
  await page.goto("/#/admin/people");
  await page.getByRole("alert").waitFor();
  expect(await page.locator("main").textContent()).not.toContain("@example.com");
});
