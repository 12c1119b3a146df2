/** The value below which `share` of the sample lies; 0 of an empty one. */
export function quantile(sample: readonly number[], share: number): number {
  const sorted = [...sample].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

export function median(sample: readonly number[]): number {
  return quantile(sample, 0.5);
}

/** Milliseconds that `work` takes. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/**
 * The medians of several pieces of work in milliseconds, taken in turns: what disturbs the machine meanwhile
 * disturbs all of them.
 * @param rounds how often each runs
 * @param warmUp how often each runs before and is not counted
 */
export async function medians<Name extends string>(
  work: Readonly<Record<Name, () => Promise<unknown>>>,
  rounds: number,
  warmUp = Math.ceil(rounds / 10),
): Promise<Record<Name, number>> {
  const names = Object.keys(work) as Name[];
  const samples = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = -warmUp; round < rounds; round++) {
    for (const name of names) {
      const millis = await timed(work[name]);
      if (round >= 0) samples.get(name)?.push(millis);
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(samples.get(name) ?? [])])) as Record<
    Name,
    number
  >;
}
