import { expect, it } from "vitest";
import { createRateLimit } from "./rate-limit.ts";

function passes(take: (userId: string) => void, userId: string, times: number): number {
  let passed = 0;
  for (let count = 0; count < times; count++) {
    try {
      take(userId);
      passed++;
    } catch {}
  }
  return passed;
}

it("lets a burst of one second's worth pass and refills evenly, per user", () => {
  let time = 0;
  const take = createRateLimit(20, () => time);
  expect(passes(take, "a", 30)).toBe(20);
  expect(passes(take, "b", 30)).toBe(20);
  time += 250;
  expect(passes(take, "a", 30)).toBe(5);
  time += 60_000;
  expect(passes(take, "a", 30)).toBe(20);
});

it("does not move the refill when refused", () => {
  let time = 0;
  const take = createRateLimit(1, () => time);
  expect(passes(take, "a", 1)).toBe(1);
  for (time = 100; time < 1000; time += 100) expect(passes(take, "a", 1)).toBe(0);
  time = 1_001;
  expect(passes(take, "a", 2)).toBe(1);
});

it("is off at 0", () => {
  expect(passes(createRateLimit(0), "a", 1_000)).toBe(1_000);
});
