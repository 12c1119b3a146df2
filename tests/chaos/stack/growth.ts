import type { Breach } from "../invariants/check.ts";
import type { Measured, Sample } from "./measure.ts";

/** A third of a run: before it, environments are still warming up. */
export interface Third {
  readonly environments: number;
  readonly connections: number;
  /** Of one environment. */
  readonly megabytes: number;
}

/** Of 3 minutes: in shorter thirds, environments that are still warming up weigh too much. */
const fewestSamples = 36;
const mostGrowth = 1.15;

function mean(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0) / Math.max(1, numbers.length);
}

function third(samples: readonly Sample[]): Third {
  return {
    environments: mean(samples.map(({ environments }) => environments)),
    connections: mean(samples.map(({ connections }) => connections)),
    megabytes: mean(samples.map(({ megabytes, environments }) => megabytes / Math.max(1, environments))),
  };
}

/** Means of the first, the middle and the last third of a run. */
export function thirds(samples: readonly Sample[]): readonly [Third, Third, Third] {
  const size = Math.floor(samples.length / 3);
  return [
    third(samples.slice(0, size)),
    third(samples.slice(size, 2 * size)),
    third(samples.slice(2 * size)),
  ];
}

function resource(breach: string, detail: string): Breach {
  return { number: 0, breach, id: "", detail };
}

/**
 * Connections and memory that are not flat: more connections than environments, and environments that weigh more in
 * the last third of a run than in the middle one. Short runs are not judged for memory.
 */
export function growth({ samples, atRest }: Pick<Measured, "samples" | "atRest">): Breach[] {
  const breaches = [...samples, atRest]
    .filter(({ connections, environments }) => connections > environments)
    .map(({ connections, environments }) =>
      resource("more database connections than environments", `${connections} of ${environments}`),
    );
  const [, middle, last] = thirds(samples);
  if (samples.length >= fewestSamples && last.megabytes > middle.megabytes * mostGrowth) {
    const detail = `${middle.megabytes.toFixed(0)} to ${last.megabytes.toFixed(0)} MB`;
    breaches.push(resource("environments that grow", detail));
  }
  return breaches;
}
