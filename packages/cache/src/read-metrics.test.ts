import type { Measurement } from "@parley/runtime/metrics";
import { beforeEach, expect, test } from "vitest";
import { type CacheMetrics, createCacheMetrics } from "./read-metrics.ts";

let now = 0;
let lines: (readonly Measurement[])[] = [];
let metrics: CacheMetrics;

beforeEach(() => {
  now = 0;
  lines = [];
  metrics = createCacheMetrics(
    async (measurements) => void lines.push(measurements),
    () => now,
  );
});

const valuesOf = (name: string) =>
  lines.map((line) => line.filter((one) => one.name === name).map(({ value }) => value));

test("a hundred reads are one line, and the next hundred another", () => {
  for (let read = 0; read < 200; read++) metrics.onRead(read % 4 === 0, 1.23456);
  expect(valuesOf("CacheHits")).toEqual([[25], [25]]);
  expect(valuesOf("CacheMisses")).toEqual([[75], [75]]);
  expect(valuesOf("CacheLatency").map((values) => [values.length, values[0]])).toEqual([
    [100, 1.23],
    [100, 1.23],
  ]);
});

test("fewer are told with the first read that comes a minute after the first of them", () => {
  metrics.onRead(true, 1);
  now = 59_000;
  metrics.onRead(false, 2);
  expect(lines).toEqual([]);
  now = 60_000;
  metrics.onRead(true, 3);
  expect(valuesOf("CacheHits")).toEqual([[2]]);
  expect(valuesOf("CacheLatency")).toEqual([[1, 2, 3]]);
  now = 90_000;
  metrics.onRead(true, 4);
  now = 149_000;
  metrics.onRead(true, 5);
  expect(lines).toHaveLength(1);
});

test("failures are counted with the reads, and told of alone where nothing answers", () => {
  for (let call = 0; call < 3; call++) metrics.onFailure();
  metrics.onRead(true, 1);
  now = 60_000;
  metrics.onFailure();
  expect(valuesOf("CacheFailures")).toEqual([[4]]);
  expect(valuesOf("CacheHits")).toEqual([[1]]);
  for (let call = 0; call < 100; call++) metrics.onFailure();
  expect(valuesOf("CacheFailures")).toEqual([[4], [100]]);
  for (let read = 0; read < 100; read++) metrics.onRead(true, 1);
  expect(valuesOf("CacheFailures")).toEqual([[4], [100], []]);
});
