import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { signUp } from "../e2e/client.ts";
import { type OwnStack, startOwnStack } from "../e2e/own-stack.ts";
import { answers, composer, signInAs, visit } from "./chromium.ts";
import { launch } from "./launch.ts";

let browser: Browser;
let own: OwnStack;
beforeAll(async () => {
  [browser, own] = await Promise.all([
    launch(),
    startOwnStack({
      DEFAULT_MODEL: "scripted/slow",
      REPLY_LEASE_SECONDS: "3",
      REPLY_CHECK_SECONDS: "4",
      REPLY_PATIENCE_SECONDS: "3",
    }),
  ]);
});
afterAll(() => Promise.all([browser.close(), own.close()]));

it("shows the whole answer, once, when its worker was killed in the middle of it", async () => {
  const { stack, address } = own;
  const user = await signUp(address);
  const { page, faults } = await visit(browser, {}, { url: stack.url, websocketUrl: stack.websocketUrl });
  await signInAs(page, user.email);
  await composer(page).fill("Tell me");
  await page.keyboard.press("Enter");
  const grown = answers(page).filter({ hasText: /(\S+\s+){4}/ });
  await grown.waitFor();
  for (const pid of stack.functions.get("reply-worker").environments()) process.kill(pid, "SIGKILL");
  await page.getByRole("button", { name: "Ask again" }).waitFor();
  const [conversation] = (await user.expect("listConversations", 200)).data;
  const { data } = await user.expect("listMessages", 200, {
    params: { conversationId: String(conversation?.id) },
  });
  expect((await answers(page).locator(".prose").textContent())?.trim()).toBe(data[0]?.content?.trim());
  expect(faults).toEqual([]);
});
