import { expect, it } from "vitest";
import { countAhead } from "./count-ahead.ts";

it("lets other replies go on while ten contexts of long texts are counted", async () => {
  let sinceTurn = 0;
  let longest = 0;
  let isCounting = true;
  const counter = {
    marginShare: 0,
    count(text: string) {
      sinceTurn += text.length;
      longest = Math.max(longest, sinceTurn);
      return text.length;
    },
  };
  const other = (async () => {
    while (isCounting) {
      sinceTurn = 0;
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  const texts = Array.from({ length: 100 }, (_, index) => `${index}`.padEnd(32_768, "x"));
  const counters = await Promise.all(
    Array.from({ length: 10 }, () => countAhead(counter, texts, Number.POSITIVE_INFINITY)),
  );
  isCounting = false;
  await other;
  // One text of each context.
  expect(longest).toBeLessThanOrEqual(10 * 32_768);
  const counted = longest;
  expect(counters[0]?.count(texts[99] ?? "")).toBe(32_768);
  expect(longest).toBe(counted);
});

it("counts no more than the context holds", async () => {
  const seen: string[] = [];
  const counter = { marginShare: 0, count: (text: string) => seen.push(text) && text.length };
  await countAhead(counter, ["four", "seven77", "never"], 10);
  expect(seen).toEqual(["four", "seven77"]);
});
