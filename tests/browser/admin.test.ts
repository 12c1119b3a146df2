import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { signUpAdmin } from "../e2e/admins.ts";
import { ask, ended, signUp, startConversation } from "../e2e/client.ts";
import { signInAs, violations, visit } from "./chromium.ts";
import { launch } from "./launch.ts";

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
  const { conversationId, assistantMessageId: answer } = await ended(
    ada,
    (await ask(ada, await startConversation(ada), "Hello")).reply.id,
  );
  const rated = { conversationId, messageId: String(answer) };
  await ada.expect("rateAnswer", 200, { params: rated, body: { rating: "up" } });
  const { page, faults, foreign } = await visit(browser);
  await signInAs(page, admin.email);
  await page.getByRole("button", { name: "Your account" }).click();
  await page.getByRole("menuitem", { name: "Administration" }).click();
  await page.getByText("Time to the answer").waitFor();
  await page.getByRole("region", { name: "Feedback" }).getByText("scripted/echo · good").waitFor();
  await page.getByRole("img", { name: /^Tokens charged in 30 days: / }).waitFor();

  await page.getByRole("link", { name: "People" }).click();
  await page.getByRole("searchbox").fill(ada.email);
  const options = page.getByRole("button", { name: `Options of ${ada.email}` });
  await options.click();
  await page.getByRole("menuitem", { name: "Give or take tokens" }).click();
  await page.getByRole("textbox", { name: "Tokens" }).fill("500");
  await page.getByRole("button", { name: "Grant", exact: true }).click();
  await page.getByText("1,000,400 tokens").waitFor();
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

it("lets an admin change, disable, find and add models, which the choice of models follows", async () => {
  const [admin, ada] = await Promise.all([signUpAdmin(), signUp()]);
  const modelId = "scripted/fail-cut";
  const offered = async () =>
    (await ada.expect("listModels", 200)).data.find(({ id }) => id === modelId)?.price ?? "none";
  const { page, faults } = await visit(browser);
  await signInAs(page, admin.email);
  await page.goto("/#/admin/models");
  const row = page.getByRole("listitem").filter({ hasText: modelId });
  const options = page.getByRole("button", { name: `Options of ${modelId}` });
  await options.click();
  await page.getByRole("menuitem", { name: "Change" }).click();
  await page.getByRole("textbox", { name: "Shown as" }).fill("Breaks off");
  await page.getByRole("textbox", { name: "Tokens a reply" }).fill("0");
  await page.getByRole("button", { name: "Save" }).click();
  expect(await page.locator("dialog :invalid").count()).toBeGreaterThan(0);
  await page.getByLabel("Price").selectOption("metered");
  await page.getByRole("textbox", { name: "For 1,000 read", exact: true }).fill("2");
  await page.getByRole("textbox", { name: "For 1,000 read again" }).fill("3");
  await page.getByRole("textbox", { name: "For 1,000 written" }).fill("8");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("must not be above").waitFor();
  await page.getByRole("textbox", { name: "For 1,000 read again" }).fill("0.5");
  expect(await violations(page)).toEqual([]);
  await page.getByRole("button", { name: "Save" }).click();
  await row.getByText("2 + 8 tokens per 1,000").waitFor();
  const metered = { kind: "metered", inputPer1000: 2, outputPer1000: 8, cachedInputPer1000: 0.5 };
  expect(await offered()).toEqual(metered);

  await options.click();
  await page.getByRole("menuitem", { name: "Disable" }).click();
  await row.getByText("Disabled").waitFor();
  expect(await offered()).toBe("none");
  await options.click();
  await page.getByRole("menuitem", { name: "Take back" }).click();
  await page.getByRole("button", { name: "Take back" }).click();
  await row.getByText("100 tokens a reply").waitFor();
  expect(await offered()).toEqual({ kind: "flat", tokens: 100 });

  await page.getByRole("button", { name: "Discover" }).click();
  await page.getByRole("button", { name: "Ask its server" }).click();
  await page.getByText("On offer").first().waitFor();
  await page.getByRole("button", { name: "Close" }).click();
  await page.getByRole("button", { name: "Add a model" }).click();
  await page.getByRole("textbox", { name: "Model", exact: true }).fill("nobody/model");
  await page.getByRole("textbox", { name: "Tokens it reads and writes" }).fill("8192");
  await page.getByRole("textbox", { name: "Tokens of one answer" }).fill("1024");
  await page.getByRole("textbox", { name: "For 1,000 read", exact: true }).fill("1");
  await page.getByRole("textbox", { name: "For 1,000 written" }).fill("2");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByText("must begin with a provider of this deployment").waitFor();
  expect(faults).toEqual([]);
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
