import { readFile } from "node:fs/promises";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { createClient, signUp } from "../e2e/client.ts";
import { password, signInAs, violations, visit } from "./chromium.ts";
import { launch } from "./launch.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

it("makes a key, shows it once, and revokes it", async () => {
  const user = await signUp();
  const { page, faults, foreign } = await visit(browser);
  await signInAs(page, user.email);
  await page.getByRole("button", { name: "Your account" }).click();
  await page.getByRole("menuitem", { name: "Settings" }).click();
  await page.getByRole("link", { name: "API keys" }).click();
  await page.getByText("You have no keys.").waitFor();
  await page.getByRole("button", { name: "New key" }).click();
  await page.getByLabel("Name").fill("Backup script");
  await page.getByLabel("May").selectOption("Read only");
  await page.getByRole("button", { name: "Create key" }).click();
  const shown = page.getByRole("region", { name: "The key Backup script" });
  const key = String(await shown.locator("code").textContent());
  expect(await violations(page)).toEqual([]);
  await createClient(inject("stack").url, key).expect("getMe", 200);
  await shown.getByRole("button", { name: "Done" }).click();
  expect(await page.locator("#app").textContent()).not.toContain(key);
  await page.getByRole("button", { name: "Revoke Backup script" }).click();
  await page.getByRole("button", { name: "Revoke", exact: true }).click();
  await page.getByText("You have no keys.").waitFor();
  expect((await user.expect("listApiKeys", 200)).data).toEqual([]);
  expect([faults, foreign]).toEqual([[], []]);
});

it("shows the ledger, changes name and password, exports and deletes the account", async () => {
  const user = await signUp();
  const { page, faults } = await visit(browser);
  await signInAs(page, user.email);
  await page.goto("/#/settings/usage");
  await page.getByText("+1,000,000").waitFor();
  await page.getByRole("link", { name: "Account" }).click();
  await page.getByLabel("Name").fill("Ada");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("button", { name: "Your account: Ada" }).waitFor();

  await page.getByLabel("Current password").fill("Wrong-Horse-7");
  await page.getByLabel("New password").fill("Correct-Horse-8");
  await page.getByRole("button", { name: "Change password" }).click();
  await page.getByText("The current password is wrong.").waitFor();
  await page.getByLabel("Current password").fill(password);
  await page.getByRole("button", { name: "Change password" }).click();
  await page.getByText("Your password is changed").first().waitFor();

  const downloading = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download" }).click();
  const lines = (await readFile(await (await downloading).path(), "utf8")).trim().split("\n");
  expect(lines.map((line) => (JSON.parse(line) as { table: string }).table)).toContain("token_ledger");

  await page.getByRole("button", { name: "Delete account…" }).click();
  const erase = page.getByRole("button", { name: "Delete for good" });
  await erase.click({ force: true });
  expect(await erase.getAttribute("aria-disabled")).toBe("true");
  await page.getByLabel(`Type ${user.email} to confirm`).fill(user.email);
  expect(await violations(page)).toEqual([]);
  await erase.click();
  await page.getByText("Your account is deleted.").waitFor();
  await user.refused("getMe", 401);
  expect(faults).toEqual([]);
});
