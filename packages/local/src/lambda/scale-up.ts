import { availableParallelism, cpus } from "node:os";

// When nothing is about to come free, this is waited for all the same: most requests are answered sooner.
const heldMillis = 25;
const idleMillis = 100;
const reluctantMillis = 1_000;
const stuckMillis = 5_000;
// Below it the processor is what requests wait for: another environment, whose code is not compiled yet, only takes
// from the others. More so beyond twice the processors.
const leastIdleShare = 0.3;
const crowd = 2 * availableParallelism();
// One environment answers a burst of a dozen requests within that. With a tenth of it every idle one got its share.
const hotterMillis = 100;

/** A request that has run this long waits for something else than the processor: a long poll, a model. */
export const heldAfterMillis = 1_000;
/** An environment that is younger has its first requests still to do, which open its connections. */
export const youngMillis = 1_000;

/**
 * Milliseconds that a request waits for an environment before another one is started for it; infinite while another
 * would make nothing faster.
 * @param active environments that start, or have just begun a request, and so come free soon
 * @param idleShare of all processors, 0 to 1; unknown counts as busy
 * @param isYoung one of them has just been started, and shows soon whether it is enough
 */
export function scaleUpPatience(active: number, idleShare: number | undefined, isYoung: boolean): number {
  if (active === 0) return heldMillis;
  if (isYoung) return reluctantMillis;
  if ((idleShare ?? 0) >= leastIdleShare) return active < crowd ? idleMillis : reluctantMillis;
  return active < crowd ? stuckMillis : Number.POSITIVE_INFINITY;
}

/**
 * Milliseconds that a request leaves an idle environment alone while one that was used more is about to come free: a
 * burst leaves environments whose code is not compiled, and each that gets a share of the requests compiles it.
 * @param idleShare of all processors, 0 to 1; unknown counts as idle
 */
export function hotterPatience(idleShare: number | undefined): number {
  return (idleShare ?? 1) < leastIdleShare ? hotterMillis : 0;
}

const sampleMillis = 100;
// An older sample tells of another time.
const staleMillis = 1_000;

/** How idle all processors are, 0 to 1; undefined where it is not known. */
export type IdleShare = () => number | undefined;

function processorTimes(): { idle: number; total: number } {
  const sum = { idle: 0, total: 0 };
  for (const { times } of cpus()) {
    sum.idle += times.idle;
    sum.total += times.user + times.nice + times.sys + times.irq + times.idle;
  }
  return sum;
}

/**
 * @returns a function that says how idle this machine's processors have been for the last tenth of a second, undefined
 * where nobody had asked shortly before
 */
export function watchProcessors(now = () => performance.now(), read = processorTimes): IdleShare {
  let sampledAt = Number.NEGATIVE_INFINITY;
  let sample = { idle: 0, total: 0 };
  let share: number | undefined;
  return () => {
    const elapsed = now() - sampledAt;
    if (elapsed < sampleMillis) return share;
    const next = read();
    const total = next.total - sample.total;
    share = elapsed > staleMillis || total === 0 ? undefined : (next.idle - sample.idle) / total;
    sample = next;
    sampledAt = now();
    return share;
  };
}
