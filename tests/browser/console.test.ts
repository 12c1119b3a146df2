import { randomUUID } from "node:crypto";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { signUpAdmin } from "../e2e/admins.ts";
import { mailedCode, signUp } from "../e2e/client.ts";
import { answers, composer, password, signInAs, violations, visit } from "./chromium.ts";
import { launch } from "./launch.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

/** Somebody who has asked the slow model, in a conversation made through the API. */
async function slowConversation() {
  const user = await signUp();
  const { conversation } = (await user.expect("createConversation", 202, {
    body: { title: "Slowly", model: "scripted/slow", message: { content: "Tell me" } },
  })) as { conversation: { id: string } };
  return { user, place: `/#/c/${conversation.id}` };
}

const grown = (page: Page, words: number) =>
  answers(page)
    .last()
    .filter({ hasText: new RegExp(`(\\S+\\s+){${words}}`) })
    .waitFor();

it("leads from signing up to the first answer by keyboard alone", async () => {
  const { page, faults, foreign } = await visit(browser);
  const email = `ada-${randomUUID()}@example.com`;
  const press = (key: string) => page.keyboard.press(key);
  await page.getByLabel("E-mail").waitFor();
  for (const key of ["Tab", "Tab", "Tab", "Enter"]) await press(key);
  await page.getByRole("heading", { name: "Create an account" }).waitFor();
  await page.keyboard.type(email);
  await press("Tab");
  await page.keyboard.type(password);
  await press("Enter");
  await page.getByRole("heading", { name: "Confirm your address" }).waitFor();
  await page.keyboard.type(await mailedCode(inject("stack").cognitoEndpoint, email));
  await press("Enter");
  await page.getByRole("button", { name: /^Model: / }).waitFor();
  await page.keyboard.type("Two lines:");
  await press("Shift+Enter");
  await page.keyboard.type("**here**");
  await press("Enter");
  await answers(page).getByText("Echo: Two lines:").waitFor();
  expect(await answers(page).locator("strong").textContent()).toBe("here");
  expect(await composer(page).evaluate((field) => field === document.activeElement)).toBe(true);
  expect([faults, foreign]).toEqual([[], []]);
});

it("goes on with an answer after a reload, stops it, and keeps its text", async () => {
  const { user, place } = await slowConversation();
  const { page, faults } = await visit(browser);
  await signInAs(page, user.email);
  await page.goto(place);
  await grown(page, 3);
  await page.reload();
  await grown(page, 5);
  await page.keyboard.press("Escape");
  await answers(page).getByText("Stopped").waitFor();
  const kept = await answers(page).locator(".prose").textContent();
  await page.reload();
  await answers(page).getByText("Stopped").waitFor();
  expect(await answers(page).count()).toBe(1);
  expect(await answers(page).locator(".prose").textContent()).toBe(kept);
  expect(faults).toEqual([]);
});

it("shows what the model thinks while it does, folded, and again after a reload", async () => {
  const user = await signUp();
  const { conversation } = (await user.expect("createConversation", 202, {
    body: { model: "scripted/thinks", message: { content: "Four?" } },
  })) as { conversation: { id: string } };
  const { page, faults } = await visit(browser);
  await signInAs(page, user.email);
  await page.goto(`/#/c/${conversation.id}`);
  await answers(page).getByText("I have thought about it: Four?").waitFor();
  const thinking = answers(page).locator("details");
  expect(await thinking.getAttribute("open")).toBeNull();
  await page.reload();
  await thinking.getByText("Thinking").click();
  await thinking.getByText("This is what the model thinks").waitFor();
  expect(await answers(page).locator(".prose").textContent()).not.toContain("what the model thinks");
  expect(await violations(page)).toEqual([]);
  expect(faults).toEqual([]);
});

it("goes on with an answer after the page was offline while it ended", async () => {
  const { user, place } = await slowConversation();
  const { page } = await visit(browser);
  await signInAs(page, user.email);
  await page.goto(place);
  await grown(page, 3);
  await page.context().setOffline(true);
  await page.waitForTimeout(12_000);
  await page.context().setOffline(false);
  await answers(page).getByText("or to cancel it.").waitFor();
  await page.getByRole("button", { name: /^Stop/ }).waitFor({ state: "detached" });
});

it("shows in a second tab what is asked in the first", async () => {
  const user = await signUp();
  const { page, faults } = await visit(browser);
  await signInAs(page, user.email);
  await composer(page).fill("From the first tab");
  await page.keyboard.press("Enter");
  await answers(page).getByText("Echo: From the first tab").waitFor();
  const second = await page.context().newPage();
  await second.goto(page.url());
  await answers(second).getByText("Echo: From the first tab").waitFor();
  await composer(page).fill("And once more");
  await page.keyboard.press("Enter");
  await answers(second).getByText("Echo: And once more").waitFor();
  await second.getByRole("button", { name: "Your account" }).click();
  await second.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  expect(faults).toEqual([]);
});

it("asks again in other words, and keeps the answer before", async () => {
  const user = await signUp();
  const { page } = await visit(browser);
  await signInAs(page, user.email);
  await composer(page).fill("Frist");
  await page.keyboard.press("Enter");
  await answers(page).getByText("Echo: Frist").waitFor();
  await page.getByRole("button", { name: "Ask again" }).waitFor();
  await page.keyboard.press("ArrowUp");
  // Whoever goes on typing need not wait for the page to be drawn.
  for (let letter = 0; letter < 4; letter += 1) await page.keyboard.press("Backspace");
  await page.keyboard.type("irst");
  await page.keyboard.press("Enter");
  await answers(page).getByText("Echo: First").waitFor();
  await page.getByRole("button", { name: "Earlier answer" }).click();
  await answers(page).getByText("Echo: Frist").waitFor();
});

it("asks an older question otherwise in a fork, which leaves the conversation as it was", async () => {
  const user = await signUp();
  const { page } = await visit(browser);
  await signInAs(page, user.email);
  for (const words of ["One", "Two"]) {
    await composer(page).fill(words);
    await page.keyboard.press("Enter");
    await answers(page).getByText(`Echo: ${words}`).waitFor();
  }
  const before = page.url();
  await page.getByRole("button", { name: "Ask otherwise in a new chat" }).click();
  await page.getByRole("textbox", { name: "Edit your message" }).fill("Eins");
  await page.keyboard.press("Enter");
  await answers(page).getByText("Echo: Eins").waitFor();
  expect(page.url()).not.toBe(before);
  expect(await page.locator(".turn").count()).toBe(1);
  await page.getByRole("link", { name: "Forked chat" }).click();
  await answers(page).getByText("Echo: Two").waitFor();
  expect(page.url()).toBe(before);
  expect(await page.locator(".turn").count()).toBe(2);
});

it("remembers what was thought of an answer, and takes it back", async () => {
  const user = await signUp();
  const { page } = await visit(browser);
  await signInAs(page, user.email);
  await composer(page).fill("Judge this");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Good answer" }).click();
  await page.getByRole("button", { name: "Good answer", pressed: true }).waitFor();
  await page.reload();
  await page.getByRole("button", { name: "Good answer", pressed: true }).click();
  await page.getByRole("button", { name: "Good answer", pressed: false }).waitFor();
});

it("finds a conversation by what was said in it", async () => {
  const user = await signUp();
  const { page } = await visit(browser);
  await signInAs(page, user.email);
  for (const words of ["The heron stood still", "Nothing alike"]) {
    await page.getByRole("link", { name: "New chat" }).first().click();
    await composer(page).fill(words);
    await page.keyboard.press("Enter");
    await answers(page).getByText(`Echo: ${words}`).waitFor();
  }
  await page.keyboard.press("ControlOrMeta+k");
  await page.getByRole("combobox", { name: "Search conversations" }).waitFor();
  await page.keyboard.type("heron");
  await page.getByRole("option", { name: /The heron stood still/ }).waitFor();
  expect(await page.getByRole("option").count()).toBe(1);
  await page.keyboard.press("Enter");
  await answers(page).getByText("Echo: The heron stood still").waitFor();
});

it("keeps what was not sent, and tells one user nothing of another", async () => {
  const { user, place } = await slowConversation();
  const { page } = await visit(browser);
  await signInAs(page, user.email);
  await composer(page).fill("A secret draft");
  await page.reload();
  await expect.poll(() => composer(page).inputValue(), { timeout: 20_000 }).toBe("A secret draft");
  await page.getByRole("button", { name: "Your account" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  const eve = await signUp();
  await signInAs(page, eve.email);
  expect(await composer(page).inputValue()).toBe("");
  await page.getByText("Your conversations will be listed here.").waitFor();
  await page.goto(place);
  await page.getByText("This conversation is not here").waitFor();
  expect(await page.locator("#app").textContent()).not.toMatch(/Slowly|Tell me|secret/);
});

/** Every page but the chat, and what it shows once it has been read. */
const pages: readonly [address: string, shown: RegExp][] = [
  ["c/aaaaaaaaaaaaaaaaaaaaaaaa", /^This conversation is not here/],
  ["settings/account", /^Delete account/],
  ["settings/keys", /^You have no keys/],
  ["settings/usage", /^Held for an answer/],
  ["notes", /^You have no notes/],
  ["notes/new", /^Words to find it by/],
  ["prompts", /^You are a helpful assistant/],
  ["prompts/new", /^Who may read it/],
  ["admin/overview", /^Time to the answer/],
  ["admin/people", /@example\.com/],
  ["admin/replies", /provider|^No reply has failed/],
  ["admin/models", /^scripted\/echo/],
  ["admin/audit", /^audit listed|^stats read/],
];

it.each(["light", "dark"] as const)("is accessible and fits a phone in the %s theme", async (colorScheme) => {
  const user = await signUpAdmin();
  const { page } = await visit(browser, { colorScheme, viewport: { width: 360, height: 640 } });
  const check = async () => {
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
  };
  await page.getByLabel("E-mail").waitFor();
  await check();
  for (const [name, submit, next] of [
    ["Create an account", "Create account", "Confirm your address"],
    ["Forgot your password?", "Send a code", "Set a new password"],
  ] as const) {
    await page.getByRole("button", { name }).click();
    await page.getByRole("heading", { name }).waitFor();
    await check();
    await page.getByLabel("E-mail").fill(`${colorScheme}-${user.email}`);
    if (next === "Confirm your address") await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: submit }).click();
    await page.getByRole("heading", { name: next }).waitFor();
    await check();
    await page.getByRole("button", { name: "Back" }).click();
  }
  await signInAs(page, user.email);
  await page.getByRole("button", { name: /^Model: / }).waitFor();
  await check();
  const wide = `${"wide ".repeat(80)}\n\n| a | b |\n|---|---|\n| ${"x".repeat(300)} | y |\n\n\`\`\`js\n${"z".repeat(400)}\n\`\`\``;
  await composer(page).fill(wide);
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByRole("button", { name: "Ask again" }).waitFor();
  await check();
  await page.getByRole("button", { name: "Chat settings" }).click();
  await page.getByLabel("Keep this chat").waitFor();
  await check();
  await page.keyboard.press("Escape");
  await page.keyboard.press("ControlOrMeta+k");
  await page.getByRole("combobox", { name: "Search conversations" }).waitFor();
  await check();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Conversations", exact: true }).click();
  await page.getByRole("link", { name: /^wide/ }).waitFor();
  await check();
  for (const [address, shown] of pages) {
    await page.goto(`/#/${address}`);
    await page.getByText(shown).filter({ visible: true }).first().waitFor();
    await check();
  }
});
