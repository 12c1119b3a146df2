import axe from "axe-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { inject, onTestFailed } from "vitest";

export interface Visit {
  page: Page;
  /** What went wrong in the page itself. */
  faults: string[];
  /** Requests to any other host. */
  foreign: string[];
}

/** Somebody who opens the console in a browser of their own. */
export async function visit(
  browser: Browser,
  options: BrowserContextOptions = {},
  { url, websocketUrl }: { url: string; websocketUrl: string } = inject("stack"),
): Promise<Visit> {
  const context = await browser.newContext({ baseURL: url, ...options });
  const page = await context.newPage();
  const faults: string[] = [];
  const foreign: string[] = [];
  page.on("pageerror", ({ message }) => faults.push(message));
  page.on("dialog", (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  const note = (address: string) => {
    if (!address.startsWith(url) && !address.startsWith(websocketUrl)) foreign.push(address);
  };
  page.on("request", (request) => note(request.url()));
  page.on("websocket", (socket) => note(socket.url()));
  onTestFailed(async () => {
    console.error(`${page.url()} at the end:\n${await page.locator("body").ariaSnapshot()}`);
  });
  await page.goto("/");
  return { page, faults, foreign };
}

/** Ten seconds of waiting in half a second. */
export const hurried = `{
  const [later, timeout] = [setTimeout, AbortSignal.timeout];
  window.setTimeout = (work, millis, ...given) => later(work, millis / 20, ...given);
  AbortSignal.timeout = (millis) => timeout.call(AbortSignal, millis / 20);
}`;

export const password = "Correct-Horse-7";

/** Signs in by the page's own form. */
export async function signInAs(page: Page, email: string): Promise<void> {
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await composer(page).waitFor();
}

export const composer = (page: Page) => page.getByRole("textbox", { name: "Message", exact: true });
export const answers = (page: Page) => page.getByRole("group", { name: "Answer" });

/** What axe finds wrong with the page as it is now. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate("axe.run()");
  return (found as axe.AxeResults).violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html }) => `${id}: ${html}`),
  );
}
