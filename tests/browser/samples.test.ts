import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { signUp, type User } from "../e2e/client.ts";
import { password } from "./chromium.ts";
import { launch } from "./launch.ts";
import { type SampleSite, startSampleSite } from "./sample-site.ts";

/** Whose pages the stack's `CORS_ORIGINS` lets call it. */
const origin = "http://localhost:5173";

let site: SampleSite;
let browser: Browser;
beforeAll(async () => {
  site = await startSampleSite(inject("stack").url);
  browser = await launch([`--host-resolver-rules=MAP localhost:5173 127.0.0.1:${site.port}`]);
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

async function signedIn(place: string, user: User): Promise<{ page: Page; faults: string[] }> {
  const page = await (await browser.newContext()).newPage();
  const faults: string[] = [];
  page.on("pageerror", ({ message }) => faults.push(message));
  await page.goto(origin + place);
  await page.getByLabel("E-mail").fill(user.email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  return { page, faults };
}

async function ask(page: Page, text: string): Promise<void> {
  await page.getByLabel("Message", { exact: true }).fill(text);
  await page.getByRole("button", { name: "Send" }).click();
}

const answers = (page: Page) => page.locator(".assistant");
const grown = (page: Page, words: number) =>
  answers(page)
    .filter({ hasText: new RegExp(`(\\S+\\s+){${words}}`) })
    .waitFor();

async function slowConversation(user: User): Promise<{ id: string; replyId: string }> {
  const body = { model: "scripted/slow", message: { content: "Tell me" } };
  const started = (await user.expect("createConversation", 202, { body })) as {
    conversation: { id: string };
    reply: { id: string };
  };
  return { id: started.conversation.id, replyId: started.reply.id };
}

it("the page with fetch alone signs in, asks twice, and says what is wrong", async () => {
  const user = await signUp();
  const { page, faults } = await signedIn(`/fetch/?api=${inject("stack").url}`, user);
  await ask(page, "Hello");
  await answers(page).getByText("Echo: Hello").waitFor();
  await ask(page, "And now?");
  await answers(page).getByText("Echo: And now?").waitFor();
  await ask(page, " ");
  await page.getByRole("alert").getByText("blank").waitFor();
  expect(faults).toEqual([]);
});

it.each(["use-chat", "assistant-ui"])(
  "%s shows an answer growing, also after a reload, and stops it",
  async (name) => {
    const user = await signUp();
    const { id, replyId } = await slowConversation(user);
    const { page, faults } = await signedIn(`/${name}/#${id}`, user);
    await grown(page, 3);
    await page.reload();
    await grown(page, 5);
    await page.getByRole("button", { name: "Stop" }).click();
    await expect
      .poll(async () => (await user.expect("getReply", 200, { params: { replyId } })).status, {
        timeout: 5_000,
      })
      .toBe("cancelled");
    expect(faults).toEqual([]);
  },
);

it.each(["use-chat", "assistant-ui"])(
  "%s begins a conversation, finds it again, and asks again",
  async (name) => {
    const { page, faults } = await signedIn(`/${name}/`, await signUp());
    await ask(page, "Hello");
    await answers(page).getByText("Echo: Hello").waitFor();
    await page.getByRole("button", { name: "Ask again" }).click();
    await page.waitForURL(/#[a-z0-9]{24}$/);
    await answers(page).getByText("Echo: Hello").waitFor();
    await page.reload();
    await answers(page).getByText("Echo: Hello").waitFor();
    expect(await answers(page).count()).toBe(1);
    expect(faults).toEqual([]);
  },
);
