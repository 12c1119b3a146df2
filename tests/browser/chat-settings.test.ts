import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { signUp } from "../e2e/client.ts";
import { answers, composer, signInAs, visit } from "./chromium.ts";
import { launch } from "./launch.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

it("keeps a chat as long as its settings say", async () => {
  const user = await signUp();
  const { page } = await visit(browser);
  await signInAs(page, user.email);
  const choose = async (days: string) => {
    await page.getByRole("button", { name: "Chat settings" }).click();
    await page.getByLabel("Keep this chat").selectOption(days);
    await page.keyboard.press("Escape");
  };
  await choose("7");
  await composer(page).fill("Not for long");
  await page.keyboard.press("Enter");
  await answers(page).getByText("Echo: Not for long").waitFor();
  const note = page.getByText(/^Kept until /);
  await note.waitFor();
  await choose("");
  await note.waitFor({ state: "detached" });
});

it("asks with what its settings say, in a new chat and in one that has begun", async () => {
  const user = await signUp();
  const { page } = await visit(browser);
  await signInAs(page, user.email);
  const write = async (label: string, value: string) => {
    await page.getByRole("button", { name: "Chat settings" }).click();
    await page.getByLabel(label).fill(value);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Escape");
  };
  await write("Longest answer", "6");
  await composer(page).fill("One two three four five six seven eight");
  await page.keyboard.press("Enter");
  await answers(page).getByText("Cut off at its length limit").waitFor();
  const [conversation] = (await user.expect("listConversations", 200)).data;
  expect(conversation?.settings).toEqual({ maxOutputTokens: 6 });
  // More than there is: the field says so, and nothing changes.
  await write("Temperature", "5");
  await write("Temperature", "0.2");
  await write("Longest answer", "");
  const params = { conversationId: String(conversation?.id) };
  await expect
    .poll(async () => (await user.expect("getConversation", 200, { params })).settings)
    .toEqual({ temperature: 0.2 });
});
