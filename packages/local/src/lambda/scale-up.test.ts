import { availableParallelism } from "node:os";
import { describe, expect, test } from "vitest";
import { scaleUpPatience, watchProcessors } from "./scale-up.ts";

const processors = availableParallelism();
const crowd = 2 * processors;

describe("scaleUpPatience", () => {
  test("little where every environment is held, however busy the machine is", () => {
    expect(scaleUpPatience(0, 0, false)).toBe(25);
  });

  test("reluctantly while the latest one begins, whatever the processors do", () => {
    expect(scaleUpPatience(1, 0.9, true)).toBe(1_000);
    expect(scaleUpPatience(0, 0.9, true)).toBe(25);
  });

  test("soon where the processors are idle, reluctantly beyond twice their number", () => {
    expect(scaleUpPatience(1, 0.5, false)).toBe(100);
    expect(scaleUpPatience(crowd, 0.5, false)).toBe(1_000);
  });

  test("up to their number where they are busy, then only for who waits very long, never beyond twice as many", () => {
    expect(scaleUpPatience(processors - 1, 0.2, false)).toBe(processors === 1 ? 25 : 200);
    expect(scaleUpPatience(processors, 0.2, false)).toBe(5_000);
    expect(scaleUpPatience(crowd, 0.2, false)).toBe(Number.POSITIVE_INFINITY);
  });
});

test("idleness is that of the last tenth of a second, and none where nobody had asked", () => {
  let now = 0;
  let times = { idle: 0, total: 0 };
  const idleShare = watchProcessors(
    () => now,
    () => times,
  );
  const pass = (millis: number, idle: number) => {
    now += millis;
    times = { idle: times.idle + idle, total: times.total + 100 };
    return idleShare();
  };
  expect(pass(0, 100)).toBe(0);
  expect(pass(50, 90)).toBe(0);
  expect(pass(100, 30)).toBeCloseTo(0.6);
  expect(pass(100, 10)).toBeCloseTo(0.1);
  expect(pass(5_000, 100)).toBe(0);
  expect(pass(100, 70)).toBeCloseTo(0.7);
});
