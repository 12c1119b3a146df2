import type { Browser, Route } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { signUp } from "../e2e/client.ts";
import { answers, composer, hurried, signInAs, visit } from "./chromium.ts";
import { launch } from "./launch.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

/** Somebody who has asked that model, and the place of the conversation. */
async function asked(model: string, content = "Tell me") {
  const user = await signUp();
  const { conversation, reply } = (await user.expect("createConversation", 202, {
    body: { title: "Asked", model, message: { content } },
  })) as { conversation: { id: string }; reply: { id: string } };
  return { user, replyId: reply.id, place: `/#/c/${conversation.id}` };
}

it("says of what is not answered that it is not, and shows it when it is", async () => {
  const { user, place } = await asked("scripted/echo", `Tell me ${"more\n\n".repeat(60)}`);
  const { page, faults } = await visit(browser);
  await page.addInitScript(hurried);
  await page.reload();
  await signInAs(page, user.email);
  const late = page.getByRole("alert").filter({ hasText: "The server has not answered yet." });
  const shown: Record<string, string> = {
    [place]: "Echo: Tell me",
    "/#/notes": "You have no notes yet.",
    "/#/settings/usage": "1,000,000",
  };
  for (const [address, text] of Object.entries(shown)) {
    const held: Route[] = [];
    await page.route("**/v1/**", (route) => void held.push(route));
    await page.goto(address);
    await late.first().waitFor();
    await page.unroute("**/v1/**");
    for (const route of held) await route.continue().catch(() => {});
    await page.getByRole("main").getByText(text).first().waitFor();
    await late.first().waitFor({ state: "detached" });
    if (address !== place) continue;
    const toEnd = () =>
      page.getByRole("log").evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight);
    await expect.poll(toEnd).toBeLessThan(2);
    expect(await page.getByRole("log").evaluate((log) => log.scrollTop)).toBeGreaterThan(500);
  }
  expect(faults).toEqual([]);
});

it("keeps what an answer had begun to say when it fails, also after a reload", async () => {
  const { user, place } = await asked("scripted/fail-cut");
  const { page } = await visit(browser);
  await signInAs(page, user.email);
  await page.goto(place);
  for (let visits = 0; visits < 2; visits += 1) {
    await answers(page).getByText("The model is not available at the moment.").waitFor();
    expect(await answers(page).locator("p").first().textContent()).toBe(
      "This answer will break off before it is complete, because the",
    );
    await page.reload();
  }
});

/** What follows a drawing comes two seconds later, as on a machine that is busy. */
const lateEffects = `{
  const [later, frame] = [setTimeout, requestAnimationFrame];
  window.setTimeout = (work, millis, ...given) => later(work, millis === 35 ? 2000 : millis, ...given);
  window.requestAnimationFrame = (work) => later(() => frame(work), 2000);
}`;

it("sets an answer in its type, whichever answer has loaded what that needs", async () => {
  const user = await signUp();
  const { page } = await visit(browser);
  await page.addInitScript(lateEffects);
  await page.reload();
  await signInAs(page, user.email);
  const held: Route[] = [];
  await page.route(/markdown.*\.js$/, (route) => void held.push(route));
  for (const words of ["**One**", "**Two**"]) {
    await composer(page).fill(words);
    await page.keyboard.press("Enter");
    await answers(page).getByText(`Echo: ${words}`).waitFor();
    await expect.poll(() => held.length).toBe(1);
  }
  await held[0]?.continue();
  await expect.poll(() => answers(page).locator("strong").allTextContents()).toEqual(["One", "Two"]);
});
