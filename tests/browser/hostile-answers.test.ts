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

// What the scripted model echoes as its answer.
const corpus = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "<img src='https://evil.example/a.png'>",
  "![a](https://evil.example/b.png)",
  "![a][ref]\n\n[ref]: https://evil.example/c.png",
  "<iframe src='https://evil.example'></iframe><object data='https://evil.example'></object>",
  "<svg onload=alert(1)><style>@import 'https://evil.example/d.css'</style>",
  "<link rel=prefetch href='https://evil.example/e'><meta http-equiv=refresh content='0;url=https://evil.example'>",
  "[a](javascript:alert(1)) [b](JaVaScRiPt:alert(1)) [c](java&#115;cript:alert(1)) [d](&#x6A;avascript:alert(1))",
  "[a](data:text/html,<script>alert(1)</script>) [b](vbscript:x) [c](blob:x) [d](file:///etc/passwd)",
  "[a](//evil.example) [b](/v1/me) [c](\\\\evil.example)",
  "<a href='javascript:alert(1)'>x</a><form action='https://evil.example'><input autofocus onfocus=alert(1)>",
  '[a](https://evil.example/"onmouseover="alert(1)) ![b](x"onerror="alert(1))',
  "```\n</code></pre><script>alert(1)</script>\n",
  "| a |\n|---|\n| <img src=x onerror=alert(1)> |",
  "- [ ] <img src=x onerror=alert(1)>",
  "\u202Eevil\u202C \u2066isolated\u2069 __proto__ constructor {{7*7}}",
];

it("runs no script and asks no other host, whatever a model writes", async () => {
  const user = await signUp();
  const { page, faults, foreign } = await visit(browser);
  await page.addInitScript("window.alert = () => { window.pwned = true; };");
  await page.reload();
  await signInAs(page, user.email);
  await composer(page).fill(corpus.join("\n\n"));
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Ask again" }).waitFor();
  const answer = answers(page).last();
  expect(await answer.textContent()).toContain("<img src=x onerror=alert(1)>");
  const unwanted =
    "script, img, iframe, object, svg:not(.icon), style, link, meta, form, input:not([type=checkbox])";
  expect(await answer.locator(unwanted).count()).toBe(0);
  const links = await answer
    .locator("a")
    .evaluateAll((all) => all.map((link) => [link.getAttribute("href"), link.getAttribute("rel")]));
  for (const [href, rel] of links) {
    expect(href).toMatch(/^https:\/\/evil\.example\//);
    expect(rel).toContain("noopener");
  }
  expect(await page.evaluate("window.pwned")).toBeUndefined();
  expect([faults, foreign]).toEqual([[], []]);
});
