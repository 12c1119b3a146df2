import type { Breach } from "../invariants/check.ts";
import type { Measured, Sample } from "./measure.ts";

/** Means of a third of a run. */
export interface Third {
  readonly environments: number;
  readonly connections: number;
  /** Of one environment; those of some functions weigh more than others. */
  readonly megabytes: number;
}

/** The environments that lived through the second and the last third of a run. */
export interface Veterans {
  readonly count: number;
  /** What they weighed in the last third, as a multiple of what they weighed in the second. */
  readonly growth: number;
}

/** Of 3 minutes: an environment weighs more and more in its first minute. */
const minSamples = 36;
const maxGrowth = 1.15;

function mean(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0) / Math.max(1, numbers.length);
}

function inThirds(samples: readonly Sample[]): readonly [Sample[], Sample[], Sample[]] {
  const size = Math.floor(samples.length / 3);
  return [samples.slice(0, size), samples.slice(size, 2 * size), samples.slice(2 * size)];
}

/** The first, the second and the last third of a run. */
export function thirds(samples: readonly Sample[]): readonly Third[] {
  return inThirds(samples).map((third) => ({
    environments: mean(third.map(({ environments }) => environments)),
    connections: mean(third.map(({ connections }) => connections)),
    megabytes: mean(third.map(({ memory }) => mean([...memory.values()]))),
  }));
}

/** Undefined where the run is too short, or nobody lived that long. */
export function veterans(samples: readonly Sample[]): Veterans | undefined {
  if (samples.length < minSamples) return undefined;
  const [, second, last] = inThirds(samples);
  const pids = [...(second[0]?.memory.keys() ?? [])].filter((pid) => last.at(-1)?.memory.has(pid));
  const weightIn = (third: readonly Sample[]) =>
    mean(third.map(({ memory }) => mean(pids.map((pid) => memory.get(pid) ?? 0))));
  return pids.length === 0 ? undefined : { count: pids.length, growth: weightIn(last) / weightIn(second) };
}

function resource(breach: string, detail: string): Breach {
  return { number: 0, breach, id: "", detail };
}

/** Connections and memory that are not flat. */
export function growth({ samples, atRest }: Pick<Measured, "samples" | "atRest">): Breach[] {
  const breaches = [...samples, atRest]
    .filter(({ connections, environments }) => connections > environments)
    .map(({ connections, environments, activity = "" }) =>
      resource(
        "more database connections than environments",
        `${connections} of ${environments} ${activity}`,
      ),
    );
  const old = veterans(samples);
  if (old !== undefined && old.growth > maxGrowth) {
    const percent = `${Math.round((old.growth - 1) * 100)} %, mean of ${old.count}`;
    breaches.push(resource("environments that grow on and on", percent));
  }
  return breaches;
}
