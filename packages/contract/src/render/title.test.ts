import { expect, test } from "vitest";
import { titleOf } from "./title.ts";

const family = "👨‍👩‍👧‍👦";

test.each([
  ["What is a lease?", "What is a lease?"],
  ["  Two\n\nlines\tand a tab ", "Two lines and a tab"],
  ["# A **bold** _plan_ for `parley`", "A bold plan for parley"],
  ["> - [The guide](https://example.com/a?b) says ![no](x.png)", "The guide says no"],
  ["<p class='x'>Hello</p> <b>you</b>", "Hello you"],
  ["```ts\nconst answer = 2 * 3 * snake_case_name;\n```", "const answer = 2 * 3 * snake_case_name;"],
  ["Costs\n\n| who | what |\n|---|:-:|\n| Ada | rent |", "Costs who | what Ada | rent"],
  ["Is 3 < 4 and a List<String> a list?", "Is 3 < 4 and a List<String> a list?"],
  ["2*3*4 and __all__ of it", "2*3*4 and all of it"],
  ["👋", "👋"],
  ["x".repeat(60), "x".repeat(60)],
  ["x".repeat(61), `${"x".repeat(59)}…`],
  [
    "Please explain in simple words how a lease keeps two workers apart from each other",
    "Please explain in simple words how a lease keeps two…",
  ],
  [
    "A very long question, which breaks exactly at the comma, here, and goes on",
    "A very long question, which breaks exactly at the comma…",
  ],
  // Fifty-eight letters leave no room for a family of seven code points.
  [`${"x".repeat(50)} ${family} and more`, `${"x".repeat(50)} ${family}…`],
  [`${"x".repeat(55)} ${family} and more`, `${"x".repeat(55)}…`],
  [family.repeat(9), `${family.repeat(8)}…`],
  ["🇩🇪".repeat(31), `${"🇩🇪".repeat(29)}…`],
  ["", undefined],
  ["```\n```", undefined],
])("a title of %j", (text, title) => {
  expect(titleOf(text)).toBe(title);
});

test("is never longer than 60 code points, nor has half a character, whatever the text", () => {
  const texts = [
    "你好世界，",
    "สวัสดีชาวโลก",
    "a b ",
    `${family} `,
    "e\u0301",
    "https://example.com/a/b-c?d=e&f ",
  ];
  for (const piece of texts) {
    for (let shift = 0; shift < 9; shift++) {
      const title = titleOf("y".repeat(shift) + piece.repeat(600)) ?? "";
      expect(Array.from(title).length).toBeLessThanOrEqual(60);
      expect(title.isWellFormed()).toBe(true);
      expect(title).not.toMatch(/\u200d…/u);
    }
  }
});
