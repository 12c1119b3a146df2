import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { signUp } from "../e2e/client.ts";
import { answers, composer, signInAs, violations, visit } from "./chromium.ts";
import { launch } from "./launch.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

it("writes, finds and pins a note, and begins a conversation with a prompt of one's own", async () => {
  const [user, eve] = await Promise.all([signUp(), signUp()]);
  await eve.expect("createSystemPrompt", 201, {
    body: { name: "Eve's public one", content: "Answer as a pirate.", visibility: "public" },
  });
  await eve.expect("createNote", 201, { body: { content: "Eve's secret" } });
  const { page, faults, foreign } = await visit(browser);
  await signInAs(page, user.email);

  await page.getByRole("link", { name: "Notes" }).click();
  await page.getByText("You have no notes yet.").waitFor();
  await page.getByRole("link", { name: "New note" }).click();
  await page.getByLabel("Title").fill("Garden");
  await page.getByLabel("Text").fill("Water the tomatoes on Mondays.");
  await page.reload();
  expect(await page.getByLabel("Text").inputValue()).toBe("Water the tomatoes on Mondays.");
  await page.getByLabel("Tags").fill("home, plants");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("button", { name: "Only notes with the tag home" }).click();
  await page.getByRole("searchbox").fill("tomatoes");
  await page.getByRole("link", { name: "Garden" }).waitFor();
  await page.getByRole("searchbox").fill("cucumbers");
  await page.getByText("No note is like that.").waitFor();

  await page.getByRole("link", { name: "System prompts" }).click();
  await page.getByRole("region", { name: "Public" }).getByText("Eve's public one").waitFor();
  await page.getByRole("link", { name: "New prompt" }).click();
  await page.getByLabel("Name").fill("Terse");
  await page.getByLabel("Text").fill("Answer in one sentence.");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("region", { name: "Yours" }).getByRole("link", { name: "Terse" }).waitFor();

  await page.getByRole("link", { name: "New chat" }).first().click();
  await page.getByRole("button", { name: "Chat settings" }).click();
  await page.getByLabel("System prompt").selectOption("Terse");
  await page.getByRole("checkbox", { name: "Garden" }).check();
  expect(await violations(page)).toEqual([]);
  await page.getByRole("button", { name: "Close" }).click();
  await composer(page).fill("When do I water?");
  await page.keyboard.press("Enter");
  await answers(page).getByText("Echo: When do I water?").waitFor();
  const [conversation] = (await user.expect("listConversations", 200)).data;
  expect(conversation?.systemPrompt).toBe("Answer in one sentence.");
  const params = { conversationId: String(conversation?.id) };
  const [reply] = (await user.expect("listReplies", 200, { params })).data;
  expect(reply?.noteIds).toHaveLength(1);

  await page.getByRole("button", { name: "Chat settings" }).click();
  await page.getByRole("checkbox", { name: "Garden", checked: true }).uncheck();
  await page.getByLabel("System prompt").selectOption("None");
  await expect
    .poll(async () => (await user.expect("getConversation", 200, { params })).systemPrompt, {
      timeout: 20_000,
    })
    .toBeNull();
  const pinned = { query: { pinnedTo: params.conversationId } };
  await expect
    .poll(async () => (await user.expect("listNotes", 200, pinned)).data, { timeout: 20_000 })
    .toEqual([]);
  await page.getByRole("button", { name: "Close" }).click();

  await page.getByRole("link", { name: "Notes" }).click();
  await page.getByRole("link", { name: "Garden" }).click();
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.getByText("You have no notes yet.").waitFor();
  expect([faults, foreign]).toEqual([[], []]);
});
