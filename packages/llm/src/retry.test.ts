import { expect, it } from "vitest";
import { isWorthWaiting, retryDelayMillis } from "./retry.ts";

it.each([
  [1, 500],
  [2, 1000],
  [3, 2000],
  [4, 4000],
  [5, 8000],
  [6, 8000],
  [60, 8000],
])("spreads attempt %i over %i ms", (attempt, ceiling) => {
  expect(retryDelayMillis({ attempt, random: 0 })).toBe(0);
  expect(retryDelayMillis({ attempt, random: 0.5 })).toBe(ceiling / 2);
  expect(retryDelayMillis({ attempt, random: 0.9999 })).toBeLessThan(ceiling);
});

it("waits as long as the provider asks, if that is longer", () => {
  expect(retryDelayMillis({ attempt: 1, random: 0.5, retryAfterMillis: 7000 })).toBe(7000);
  expect(retryDelayMillis({ attempt: 5, random: 0.5, retryAfterMillis: 100 })).toBe(4000);
});

it.each([
  [undefined, 0, true],
  [60_000, 60_000, true],
  [60_001, 600_000, false],
  [5_000, 4_000, false],
])("tells whether a wish of %s ms is worth waiting for with %i ms left", (wish, left, expected) => {
  expect(isWorthWaiting(wish, left)).toBe(expected);
});
