import { recordMetrics } from "@parley/runtime/metrics";

/** Told about every read that Momento answered. */
export type OnRead = (hit: boolean, millis: number) => void;

export interface CacheMetrics {
  readonly onRead: OnRead;
  /** Told about every call that failed or took too long. */
  readonly onFailure: () => void;
}

const longestMillis = 60_000;
// What one line may hold of one metric.
const maximumReads = 100;

/**
 * Counts hits, misses and failures and keeps latencies; one line goes to the log with the one that is the hundredth, or
 * comes a minute after the first. What an environment has not told when it ends is lost.
 */
export function createCacheMetrics(
  record: typeof recordMetrics = recordMetrics,
  now: () => number = () => performance.now(),
): CacheMetrics {
  let hits = 0;
  let latencies: number[] = [];
  let failures = 0;
  let since = 0;

  function begin(): void {
    if (latencies.length + failures === 0) since = now();
  }

  function tellIfDue(): void {
    if (latencies.length + failures < maximumReads && now() - since < longestMillis) return;
    const measurements = [
      { name: "CacheHits", unit: "Count" as const, value: hits },
      { name: "CacheMisses", unit: "Count" as const, value: latencies.length - hits },
      // Each metric is billed: this one where there is something to count.
      ...(failures > 0 ? [{ name: "CacheFailures", unit: "Count" as const, value: failures }] : []),
      ...latencies.map((value) => ({ name: "CacheLatency", unit: "Milliseconds" as const, value })),
    ];
    hits = 0;
    latencies = [];
    failures = 0;
    // Nobody waits for the first line's module; without it the numbers are lost, and nothing else.
    record(measurements).catch(() => {});
  }

  return {
    onRead(hit, millis) {
      begin();
      if (hit) hits += 1;
      latencies.push(Math.round(millis * 100) / 100);
      tellIfDue();
    },
    onFailure() {
      begin();
      failures += 1;
      tellIfDue();
    },
  };
}
