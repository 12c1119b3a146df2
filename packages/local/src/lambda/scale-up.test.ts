import { availableParallelism } from "node:os";
import { describe, expect, test } from "vitest";
import { scaleUpPatience, watchProcessors } from "./scale-up.ts";

const processors = availableParallelism();
const crowd = 2 * processors;

describe("scaleUpPatience", () => {
  test("little where every environment is held, however busy the machine is", () => {
    expect(scaleUpPatience(0, 0, false)).toBe(25);
  });

  test("reluctantly at best while the latest one begins", () => {
    expect(scaleUpPatience(1, 0.9, true)).toBe(1_000);
    expect(scaleUpPatience(processors, 0.1, true)).toBe(5_000);
    expect(scaleUpPatience(0, 0.9, true)).toBe(25);
  });

  test("soon up to the number of processors where these idle a little, else for who waits very long", () => {
    const few = processors - 1;
    expect(scaleUpPatience(few, 0.1, false)).toBe(few === 0 ? 25 : 100);
    expect(scaleUpPatience(few, 0.05, false)).toBe(few === 0 ? 25 : 5_000);
  });

  test("reluctantly beyond it where they idle much, never beyond twice as many where they are busy", () => {
    expect(scaleUpPatience(processors, 0.5, false)).toBe(1_000);
    expect(scaleUpPatience(processors, 0.2, false)).toBe(5_000);
    expect(scaleUpPatience(crowd, 0.5, false)).toBe(1_000);
    expect(scaleUpPatience(crowd, 0.2, false)).toBe(Number.POSITIVE_INFINITY);
  });
});

test("idleness is the least of the last second's tenths, and none where nobody had asked for half of it", () => {
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
  for (let tenth = 1; tenth < 5; tenth++) expect(pass(100, 60)).toBe(0);
  expect(pass(100, 60)).toBeCloseTo(0.6);
  expect(pass(100, 10)).toBeCloseTo(0.1);
  for (let tenth = 1; tenth < 10; tenth++) expect(pass(100, 80)).toBeCloseTo(0.1);
  expect(pass(100, 80)).toBeCloseTo(0.8);
  expect(pass(5_000, 100)).toBe(0);
});
