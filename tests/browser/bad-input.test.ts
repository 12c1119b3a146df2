import type { Browser, Route } from "playwright-core";
import postgres from "postgres";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { signUp, startConversation, type User } from "../e2e/client.ts";
import { answers, composer, hurried, signInAs, violations, visit } from "./chromium.ts";
import { launch } from "./launch.ts";

let browser: Browser;
let user: User;
let sql: postgres.Sql;
beforeAll(async () => {
  sql = postgres(inject("stack").databaseUrl, { max: 1, onnotice: () => {} });
  [browser, user] = await Promise.all([launch(), signUp()]);
});
afterAll(async () => {
  await Promise.all([browser.close(), sql.end()]);
});

const isSending = (url: URL) => url.pathname.endsWith("/messages");
/** Instead of the API's answer to what is sent. */
const answering = (answer: (route: Route) => Promise<void>) => (route: Route) =>
  route.request().method() === "POST" ? answer(route) : route.continue();
const html = (status: number) =>
  answering((route) => route.fulfill({ status, contentType: "text/html", body: "<h1>Not the API</h1>" }));

const broken: readonly [(route: Route) => Promise<void>, RegExp][] = [
  [html(200), /makes no sense here/],
  [html(500), /went wrong on the server/],
  [
    answering((route) => route.fulfill({ status: 429, headers: { "retry-after": "30" }, body: "" })),
    /Try again in 30 seconds/,
  ],
  [answering((route) => route.abort()), /cannot be reached/],
];

/** A conversation with many messages, the last of them an answer of this text. */
async function longChat(count: number, last: string): Promise<string> {
  const conversationId = await startConversation(user, { title: "Long" });
  await sql`
    insert into messages (id, owner_id, conversation_id, position, role, content)
    select 'm' || substr(md5(${conversationId} || n), 1, 23), owner_id, id, n,
      case when n % 2 = 1 then 'user' else 'assistant' end,
      case when n = ${count}::int then ${last} else 'Message **' || n || '**' end
    from conversations, generate_series(1, ${count}::int) n where id = ${conversationId}`;
  await sql`
    update conversations set message_count = ${count}, next_position = ${count + 1} where id = ${conversationId}`;
  return `/#/c/${conversationId}`;
}

async function signedIn(script?: string) {
  const visited = await visit(browser);
  if (script !== undefined) {
    await visited.page.addInitScript(script);
    await visited.page.reload();
  }
  await signInAs(visited.page, user.email);
  return visited;
}

it("shows the rest of an answer that is too long for a list", async () => {
  const place = await longChat(2, `${"word ".repeat(120_000)}and the end.`);
  const { page } = await signedIn();
  await page.goto(place);
  const end = answers(page).getByText("and the end.");
  const more = page.getByRole("button", { name: "Show the rest of this long answer" });
  await more.waitFor();
  expect(await end.count()).toBe(0);
  await more.click();
  await end.waitFor();
  expect(await more.count()).toBe(0);
});

it("shows a line of a megabyte within its column, and takes the next question", async () => {
  const line = `${"a".repeat(500_000)}${"<b>&amp;**".repeat(50_000)}`;
  const place = await longChat(2, `\`\`\`\n${line}\n\`\`\`\n\n${line}`);
  const { page, faults, foreign } = await signedIn();
  await page.setViewportSize({ width: 360, height: 640 });
  await page.goto(place);
  const more = page.getByRole("button", { name: "Show the rest of this long answer" });
  await more.click();
  await more.waitFor({ state: "detached" });
  expect(await answers(page).evaluate((answer) => answer.textContent?.length)).toBeGreaterThan(1_600_000);
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
  await composer(page).fill("And now?");
  await page.getByRole("button", { name: "Send" }).click();
  await answers(page).getByText("Echo: And now?").waitFor();
  expect([faults, foreign]).toEqual([[], []]);
});

it("says in words what a broken server answers, and keeps what was written", async () => {
  const { page, faults } = await signedIn();
  await page.goto(await longChat(2, "Here"));
  await answers(page).getByText("Here").waitFor();
  for (const [answer, words] of broken) {
    await page.route(isSending, answer);
    await composer(page).fill("Do not lose me");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").filter({ hasText: words }).waitFor();
    expect(await composer(page).inputValue()).toBe("Do not lose me");
    await page.unroute(isSending);
  }
  await page.keyboard.press("Enter");
  await answers(page).getByText("Echo: Do not lose me").waitFor();
  expect(faults).toEqual([]);
});

it("says that a session has ended, and keeps the draft", async () => {
  const { page } = await signedIn();
  const refuse = (route: Route) =>
    route.fulfill({ status: 401, contentType: "application/problem+json", body: '{"title":"Unauthorized"}' });
  await composer(page).fill("Written in vain?");
  await page.getByText("Up to 100 tokens").waitFor();
  await page.route("**/v1/**", refuse);
  await page.keyboard.press("Enter");
  await page.getByText("Your session has ended.").waitFor();
  expect(await violations(page)).toEqual([]);
  await page.unroute("**/v1/**");
  await signInAs(page, user.email);
  expect(await composer(page).inputValue()).toBe("Written in vain?");
});

it("says of a server that never answers that it does not, and keeps what was written", async () => {
  const { page, faults } = await signedIn(hurried);
  await page.goto(await longChat(2, "Here"));
  await answers(page).getByText("Here").waitFor();
  const unanswered: Route[] = [];
  await page.route(isSending, (route) => void unanswered.push(route));
  await composer(page).fill("Is anybody there?");
  await page.keyboard.press("Enter");
  await page.getByRole("log").getByText("The server has not answered yet.").waitFor();
  await page.getByRole("alert").filter({ hasText: "cannot be reached" }).waitFor();
  expect(await composer(page).inputValue()).toBe("Is anybody there?");
  await page.unroute(isSending);
  await page.keyboard.press("Enter");
  await answers(page).getByText("Echo: Is anybody there?").waitFor();
  expect(unanswered.length).toBe(3);
  expect(faults).toEqual([]);
});

const noSocket = "window.WebSocket = class { readyState = 0; send() {} close() {} };";

it("goes on with an answer whose server made no sense for a while", async () => {
  const { page, faults } = await signedIn(`${hurried};${noSocket}`);
  const body = { model: "scripted/slow", message: { content: "Tell me" } };
  const { conversation } = (await user.expect("createConversation", 202, { body })) as {
    conversation: { id: string };
  };
  const polls: Route[] = [];
  const isPoll = (url: URL) => /\/replies\/\w+$/.test(url.pathname) && url.searchParams.has("after");
  await page.route(isPoll, async (route) => {
    await route.fulfill({
      status: polls.length % 2 === 0 ? 500 : 200,
      contentType: "text/html",
      body: "<h1>",
    });
    polls.push(route);
  });
  await page.goto(`/#/c/${conversation.id}`);
  await expect.poll(() => polls.length, { timeout: 20_000 }).toBeGreaterThan(2);
  await page.unroute(isPoll);
  await answers(page)
    .filter({ hasText: /(\S+\s+){5}/ })
    .waitFor();
  await page.keyboard.press("Escape");
  await answers(page).getByText("Stopped").waitFor();
  expect(faults).toEqual([]);
});

const clockOff = (years: number) => `{
  const shift = ${years} * 365 * 86_400_000;
  const Real = Date;
  Date = class extends Real {
    constructor(...given) {
      super(...(given.length > 0 ? given : [Real.now() + shift]));
    }
    static now() {
      return Real.now() + shift;
    }
  };
}`;

it.each([
  [
    "the browser's storage is forbidden",
    "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } });",
  ],
  [
    "the browser's storage is full",
    "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };",
  ],
  ["no socket ever opens", noSocket],
  ["the clock is ten years ahead", clockOff(10)],
  ["the clock is ten years behind", clockOff(-10)],
])("works where %s", async (_, script) => {
  const { page, faults } = await signedIn(script);
  await composer(page).fill("A draft");
  await page.getByRole("link", { name: "Notes" }).click();
  await page.getByRole("link", { name: "New note" }).waitFor();
  await page.getByRole("link", { name: "New chat" }).first().click();
  expect(await composer(page).inputValue()).toBe("A draft");
  await page.keyboard.press("Enter");
  await answers(page).getByText("Echo: A draft").waitFor();
  expect(faults).toEqual([]);
});

/** Reads on at the beginning of a chat. Answers by how many pixels this has moved what stood there. */
const readOlder = `(async () => {
  const log = document.querySelector("[role=log]");
  log.scrollTo(0, 0);
  const first = log.querySelector(".turn");
  const frame = () => new Promise(requestAnimationFrame);
  let before;
  while (log.querySelector(".turn") === first) {
    before = first.getBoundingClientRect().top;
    await frame();
  }
  for (let frames = 0; frames < 3; frames++) await frame();
  return Math.abs(first.getBoundingClientRect().top - before);
})()`;

it("shows a chat of 2,000 messages and an answer of 200 KB, and reads on after a fault", async () => {
  const { page, faults } = await signedIn();
  const last = `${"A word of many. ".repeat(12_500)}\n\nThe end.`;
  await page.goto(await longChat(2_000, last));
  await answers(page).last().getByText("The end.").waitFor();
  const isOlder = (url: URL) => isSending(url) && url.searchParams.has("cursor");
  await page.route(isOlder, (route) => route.fulfill({ status: 500, body: "" }));
  const toStart = () => page.getByRole("log").evaluate((log) => log.scrollTo(0, 0));
  await toStart();
  const retry = page.getByRole("log").getByRole("button", { name: "Try again" });
  await retry.waitFor();
  expect(await violations(page)).toEqual([]);
  await page.unroute(isOlder);
  await retry.click();
  await page.getByText("Message 1950", { exact: true }).waitFor();
  while ((await page.locator(".turn").count()) < 300)
    expect(await page.evaluate<number>(readOlder)).toBeLessThan(40);
  await composer(page).fill("And now?");
  await page.keyboard.press("Enter");
  await answers(page).getByText("Echo: And now?").waitFor();
  expect(faults).toEqual([]);
});

it("leaves Enter to an input method that composes, and shows what is written from right to left", async () => {
  const { page } = await signedIn();
  await composer(page).fill("にほん");
  await composer(page).dispatchEvent("keydown", { key: "Enter", isComposing: true });
  expect(await composer(page).inputValue()).toBe("にほん");
  await composer(page).fill('مرحبا\n\n```js\nconst a = "b";\n```');
  await page.keyboard.press("Enter");
  const answer = answers(page).last();
  // Colours come with a file of their own, at the first code.
  expect(await answer.locator(".code-keyword").textContent()).toBe("const");
  expect(await page.locator(".bubble").evaluate((bubble) => getComputedStyle(bubble).direction)).toBe("rtl");
  await page.getByRole("button", { name: "Ask again" }).waitFor();
  expect(await violations(page)).toEqual([]);
});

it("shows as it was written what pretends to be nested endlessly", async () => {
  const { page, faults } = await signedIn();
  await composer(page).fill(`x\n\n${"> ".repeat(12_000)}`);
  await page.keyboard.press("Enter");
  await answers(page).last().locator(".literal").waitFor();
  await page.getByRole("button", { name: "Ask again" }).waitFor();
  expect(faults).toEqual([]);
});
