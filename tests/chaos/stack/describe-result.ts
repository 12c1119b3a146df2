import { type Third, thirds, veterans } from "./growth.ts";
import type { Recovery } from "./probe-restarts.ts";
import type { ChaosResult } from "./run-chaos.ts";

export function counts(map: ReadonlyMap<string, number>): string {
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
  const worst = (pick: (recovery: Recovery) => number) =>
    `${(Math.max(0, ...result.recoveries.map(pick)) / 1000).toFixed(1)} s`;
  const each = (pick: (third: Third) => number) =>
    thirds(result.samples)
      .map((third) => pick(third).toFixed(0))
      .join(", ");
  const { atRest, samples } = result;
  const old = veterans(samples);
  const own = [samples[0], samples[Math.floor(samples.length / 2)], atRest];
  const rows: [string, string][] = [
    ["minutes, seed", `${minutes}, ${seed}`],
    ["faults", `${faults} of ${result.faults.size} kinds: ${counts(result.faults)}`],
    ["acknowledged questions (with replays)", String(result.asks)],
    ["acknowledged cancels", String(result.cancels)],
    ["replies", `${replies}: ${counts(new Map(Object.entries(result.replies)))}`],
    ["attempts", String(result.attempts)],
    ["answers by status", counts(result.statuses)],
    ["dead letters", String(result.deadLetters)],
    ["answers bought in the background", String(result.purchases)],
    ["worst time to a terminal state", `${result.worstSeconds.toFixed(1)} s`],
    ["worst time without a worker", `${result.worstTakeoverSeconds.toFixed(1)} s after the lease`],
    [
      "first 2xx after Postgres was killed, worst",
      `${worst(({ fromKill }) => fromKill)} from the kill, ${worst(({ fromAnswer }) => fromAnswer)} from Postgres' first answer (10 s allowed), of ${result.recoveries.length} times`,
    ],
    [
      "environments by thirds, at rest",
      `${each(({ environments }) => environments)}, ${atRest.environments}`,
    ],
    [
      "database connections by thirds, at rest (at most the environments)",
      `${each(({ connections }) => connections)}, ${atRest.connections}`,
    ],
    [
      "memory of an environment by thirds; growth of those that lived through the last two (at most 15 %)",
      `${each(({ megabytes }) => megabytes)} MB; ${old === undefined ? "none lived that long" : `${((old.growth - 1) * 100).toFixed(1)} %, mean of ${old.count}`}`,
    ],
    [
      "memory of the stack's own process: first, middle, at rest",
      `${own.map((sample) => sample?.ownMegabytes).join(", ")} MB`,
    ],
    ["violations", String(result.breaches.length)],
  ];
  const table = ["| | |", "|---|---|", ...rows.map(([name, value]) => `| ${name} | ${value} |`)];
  const breaches = result.breaches.map(
    ({ number, breach, id, detail }) => `invariant ${number}: ${breach}: ${id} (${detail})`,
  );
  return [...table, ...breaches].join("\n");
}
