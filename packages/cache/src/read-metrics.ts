import { recordMetrics } from "@parley/runtime/metrics";

/** Told about every read that Momento answered. */
export type OnRead = (hit: boolean, millis: number) => void;

const longestMillis = 60_000;
// What one line may hold of one metric.
const maximumReads = 100;

/**
 * Counts hits and misses and keeps latencies; one line goes to the log with the read that is the hundredth, or comes a
 * minute after the first. What an environment has not told when it ends is lost.
 */
export function createReadMetrics(
  record: typeof recordMetrics = recordMetrics,
  now: () => number = () => performance.now(),
): OnRead {
  let hits = 0;
  let latencies: number[] = [];
  let since = 0;
  return (hit, millis) => {
    if (latencies.length === 0) since = now();
    if (hit) hits += 1;
    latencies.push(Math.round(millis * 100) / 100);
    if (latencies.length < maximumReads && now() - since < longestMillis) return;
    const measurements = [
      { name: "CacheHits", unit: "Count" as const, value: hits },
      { name: "CacheMisses", unit: "Count" as const, value: latencies.length - hits },
      ...latencies.map((value) => ({ name: "CacheLatency", unit: "Milliseconds" as const, value })),
    ];
    hits = 0;
    latencies = [];
    // Nobody waits for the first line's module; without it the numbers are lost, and nothing else.
    record(measurements).catch(() => {});
  };
}
