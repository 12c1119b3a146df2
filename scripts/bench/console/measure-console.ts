import type { Browser, Page } from "playwright-core";
import { launch } from "../../../tests/browser/launch.ts";
import { signUpPerson } from "../accounts.ts";
import { type Child, startChild } from "../child.ts";
import type { Row } from "../report.ts";
import type { StackReady } from "../serve-stack.ts";
import { median } from "../statistics.ts";
import { seedLongChat } from "./long-chat.ts";
import { tasksDuring } from "./main-thread.ts";
import { startWritingModel } from "./writing-model.ts";

const section = "The console, in a chat of 2,000 messages";
const messages = 2_000;
const scrolledPixels = 6_000;

async function signIn(page: Page, { email, password }: { email: string; password: string }) {
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.locator("#composer").waitFor();
}

/** From the beginning of a load until the chat shows its messages and takes another one, in milliseconds. */
async function timeToChat(page: Page): Promise<number> {
  await page.reload({ waitUntil: "commit" });
  const usable = `new Promise((resolve) => {
    const look = () =>
      document.querySelector(".turn") && document.querySelector(".model-button")
        ? resolve(performance.now())
        : requestAnimationFrame(look);
    look();
  })`;
  return page.evaluate<number>(usable);
}

/** Reads a chat to its beginning, and back to its end. */
async function scrollThrough(page: Page): Promise<void> {
  await page.locator(".log-scroller").hover();
  // Only what is quick to look up: the page's main thread does it, and that is measured.
  while ((await page.evaluate<number>("document.getElementsByClassName('turn').length")) < messages) {
    await page.mouse.wheel(0, -scrolledPixels);
    await page.waitForTimeout(20);
  }
  const pixelsLeft = `(() => {
    const area = document.querySelector(".log-scroller");
    return area.scrollHeight - area.scrollTop - area.clientHeight;
  })()`;
  while ((await page.evaluate<number>(pixelsLeft)) > 10) {
    await page.mouse.wheel(0, scrolledPixels);
    await page.waitForTimeout(20);
  }
}

async function until(page: Page, condition: string): Promise<void> {
  while (!(await page.evaluate<boolean>(condition))) await page.waitForTimeout(50);
}

/** Without locators: they walk through every element of the page, in tasks of its main thread. */
async function askAndWait(page: Page): Promise<void> {
  await page.evaluate("document.getElementById('composer').focus()");
  await page.keyboard.insertText("How does a lock work?");
  await page.keyboard.press("Enter");
  const label = "document.getElementsByClassName('send-button')[0].ariaLabel";
  await until(page, `${label} === "Stop"`);
  await until(page, `${label} !== "Stop"`);
}

function taskRows(name: string, tasks: readonly number[]): Row[] {
  return [
    { section, name: `longest task ${name}`, value: Math.max(...tasks), unit: "ms", budget: { maximum: 50 } },
    {
      section,
      name: `tasks over 50 ms ${name}`,
      value: tasks.filter((millis) => millis > 50).length,
      unit: "",
    },
  ];
}

async function measure(browser: Browser, { ready }: Child<StackReady>, rounds: number): Promise<Row[]> {
  const person = await signUpPerson(ready.url, ready.cognitoEndpoint);
  const page = await browser.newPage({ baseURL: ready.url, viewport: { width: 1_280, height: 800 } });
  await page.goto("/");
  await signIn(page, person);
  const id = await seedLongChat(ready.databaseUrl, person.email, messages, "openai/writer");
  await page.goto(`/#/c/${id}`);
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) times.push(await timeToChat(page));
  const value = median(times);
  return [
    { section, name: "from page load to a usable chat", value, unit: "ms", budget: { maximum: 1_000 } },
    ...taskRows("while scrolling", await tasksDuring(browser, page, () => scrollThrough(page))),
    ...taskRows("while a reply grows", await tasksDuring(browser, page, () => askAndWait(page))),
  ];
}

/** The page in Chromium, on a stack of its own. */
export async function consoleRows(rounds: number): Promise<Row[]> {
  const model = await startWritingModel();
  const stack = await startChild<StackReady>(new URL("../serve-stack.ts", import.meta.url), {
    BENCH_MODEL_URL: model.url,
  });
  const browser = await launch();
  try {
    return await measure(browser, stack, rounds);
  } finally {
    await browser.close();
    await stack.close();
    model.close();
  }
}
