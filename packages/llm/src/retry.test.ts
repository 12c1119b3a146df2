import { expect, it } from "vitest";
import { retryDelayMillis } from "./retry.ts";

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

it("waits a minute at most", () => {
  expect(retryDelayMillis({ attempt: 1, random: 0, retryAfterMillis: 86_400_000 })).toBe(60_000);
});
