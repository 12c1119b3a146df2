import { quantile } from "./statistics.ts";
import type { Target } from "./target.ts";

export interface LoadResult {
  readonly repliesPerSecond: number;
  readonly p50: number;
  readonly p99: number;
}

/**
 * So many clients, each asking again as soon as it has seen its reply, for so long. Replies that are under way at
 * the end are waited for and not counted.
 */
export async function load(target: Target, clients: number, millis: number): Promise<LoadResult> {
  const latencies: number[] = [];
  const start = performance.now();
  const until = start + millis;
  const run = async ({ ask }: Target["askers"][number]) => {
    while (performance.now() < until) {
      const begun = performance.now();
      await ask("Hello, how are you?");
      const now = performance.now();
      if (now <= until) latencies.push(now - begun);
    }
  };
  await Promise.all(target.askers.slice(0, clients).map(run));
  return {
    repliesPerSecond: (latencies.length * 1000) / millis,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
  };
}
