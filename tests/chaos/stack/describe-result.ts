import type { ChaosResult } from "./run-chaos.ts";

function counts(map: ReadonlyMap<string, number>): string {
  return [...map]
    .sort(([left], [right]) => left.localeCompare(right))
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");
}

/** A run's results as a table of Markdown. */
export function describeResult(
  result: ChaosResult,
  { minutes, seed }: { minutes: number; seed: number },
): string {
  const faults = [...result.faults.values()].reduce((sum, count) => sum + count, 0);
  const replies = Object.values(result.replies).reduce((sum, count) => sum + count, 0);
  const first = result.samples[Math.min(3, result.samples.length - 1)];
  const last = result.samples.at(-1);
  const most = (pick: "connections" | "megabytes") =>
    Math.max(...result.samples.map((sample) => sample[pick]));
  const rows: [string, string][] = [
    ["minutes, seed", `${minutes}, ${seed}`],
    ["faults", `${faults} of ${result.faults.size} kinds: ${counts(result.faults)}`],
    ["acknowledged questions (with replays)", String(result.asks)],
    ["acknowledged cancels", String(result.cancels)],
    ["replies", `${replies}: ${counts(new Map(Object.entries(result.replies)))}`],
    ["attempts", String(result.attempts)],
    ["answers by status", counts(result.statuses)],
    ["dead letters", String(result.deadLetters)],
    ["worst time to a terminal state", `${result.worstSeconds.toFixed(1)} s`],
    ["worst time without a worker", `${result.worstTakeoverSeconds.toFixed(1)} s after the lease`],
    [
      "first 2xx after a killed Postgres was back, worst",
      `${(Math.max(0, ...result.recoveries) / 1000).toFixed(1)} s of ${result.recoveries.length} times`,
    ],
    [
      "database connections early, at most, at the end",
      `${first?.connections}, ${most("connections")}, ${last?.connections}`,
    ],
    ["memory early, at most, at the end", `${first?.megabytes}, ${most("megabytes")}, ${last?.megabytes} MB`],
    ["violations", String(result.breaches.length)],
  ];
  const table = ["| | |", "|---|---|", ...rows.map(([name, value]) => `| ${name} | ${value} |`)];
  const breaches = result.breaches.map(
    ({ number, breach, id, detail }) => `invariant ${number}: ${breach}: ${id} (${detail})`,
  );
  return [...table, ...breaches].join("\n");
}
