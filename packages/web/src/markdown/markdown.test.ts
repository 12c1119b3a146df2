import { lexer } from "marked";
import { expect, it } from "vitest";
import { createBlockReader } from "./blocks.ts";
import { decodeEntities } from "./entities.ts";
import { safeAddress } from "./links.ts";

const text = [
  "# A heading\n\nA paragraph\nof two lines, **bold**.",
  "- one\n- two\n\n  still two\n  - nested\n\n- three",
  "1. first\n\n2. second",
  "```ts\nconst a = 1;\n\nconst b = 2;\n```",
  "> a quote\n\n> another",
  "| a | b |\n|---|--:|\n| 1 | 2 |\n| 3 | 4 |",
  "Setext\n======\n\ntabs\tinside\r\nand line ends",
  "```\nnever closed\n\n# no heading",
].join("\n\n");

const outline = (tokens: readonly { type: string; raw: string }[]) =>
  tokens.map(({ type, raw }) => [type, raw]);

it.each([1, 3, 17, 1_000])("reads a text that grows by %d characters as if it had come whole", (step) => {
  const read = createBlockReader();
  for (let length = step; length < text.length + step; length += step) {
    const grown = text.slice(0, length);
    expect(outline(read(grown))).toEqual(outline(lexer(grown)));
  }
  expect(outline(read("Another answer"))).toEqual(outline(lexer("Another answer")));
});

it.each(["a**", "<b>&amp;**", "a_b*", "[a", "`a``b", "|a", "~a", "a**\n"])(
  "reads a megabyte of %j, its inside as it was written",
  (piece) => {
    const endless = piece.repeat(1_000_000 / piece.length);
    const [block] = createBlockReader()(endless);
    expect(JSON.stringify(block)).toContain(JSON.stringify(endless.slice(0, 5)).slice(1, -1));
  },
);

it.each([
  ["https://example.com/a?b=c", "https://example.com/a?b=c"],
  ["mailto:ada@example.com", "mailto:ada@example.com"],
  ["javascript:alert(1)", undefined],
  ["JaVaScRiPt:alert(1)", undefined],
  [" java\nscript:alert(1)", undefined],
  ["data:text/html,x", undefined],
  ["file:///etc/passwd", undefined],
  ["//example.com", undefined],
  ["/v1/me", undefined],
])("follows %j as %j", (href, address) => {
  expect(safeAddress(href)).toBe(address);
});

it("reads entities once, and leaves what is none", () => {
  expect(decodeEntities("&amp;lt; &#65;&#x42; &copy; &nothing; &#0; &#x110000; R&D")).toBe(
    "&lt; AB © &nothing; &#0; &#x110000; R&D",
  );
});
