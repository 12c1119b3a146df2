import { availableParallelism, cpus } from "node:os";

// When nothing is about to come free, this is waited for all the same: most requests are answered sooner.
const heldMillis = 25;
const idleMillis = 100;
const reluctantMillis = 1_000;
const stuckMillis = 5_000;
// Below it the processor is what requests wait for: another environment, whose code is not compiled yet, only takes
// from the others. One environment waits for the database and the queue as well, so a little idleness is enough for as
// many as there are processors.
const leastIdleShare = { few: 0.1, many: 0.3 };
const processors = availableParallelism();

/** A request that has run this long waits for something else than the processor: a long poll, a model. */
export const heldAfterMillis = 1_000;
/** An environment that is younger has its first requests still to do, which open its connections. */
export const youngMillis = 1_000;

/**
 * Milliseconds that a request waits for an environment before another one is started for it; infinite while another
 * would make nothing faster.
 * @param active environments that start, or have just begun a request, and so come free soon
 * @param idleShare of all processors, 0 to 1
 * @param isYoung one of them has just been started, and shows soon whether it is enough
 */
export function scaleUpPatience(active: number, idleShare: number, isYoung: boolean): number {
  if (active === 0) return heldMillis;
  return Math.max(isYoung ? reluctantMillis : 0, patienceByLoad(active, idleShare));
}

function patienceByLoad(active: number, idleShare: number): number {
  if (active < processors) return idleShare >= leastIdleShare.few ? idleMillis : stuckMillis;
  if (idleShare >= leastIdleShare.many) return reluctantMillis;
  return active < 2 * processors ? stuckMillis : Number.POSITIVE_INFINITY;
}

const sampleMillis = 100;
// Under load there are moments in which most processes wait for each other; they are not idleness.
const mostSamples = 10;
const fewestSamples = 5;
// An older sample tells of another time.
const staleMillis = 1_000;

function processorTimes(): { idle: number; total: number } {
  const sum = { idle: 0, total: 0 };
  for (const { times } of cpus()) {
    sum.idle += times.idle;
    sum.total += times.user + times.nice + times.sys + times.irq + times.idle;
  }
  return sum;
}

/**
 * @returns a function that says how idle this machine's processors have been throughout the last second: the least
 * share of its tenths, 0 where nobody has asked for half of it
 */
export function watchProcessors(now = () => performance.now(), read = processorTimes): () => number {
  let sampledAt = Number.NEGATIVE_INFINITY;
  let sample = { idle: 0, total: 0 };
  let shares: number[] = [];
  return () => {
    const elapsed = now() - sampledAt;
    if (elapsed >= sampleMillis) {
      const next = read();
      const total = next.total - sample.total;
      if (elapsed > staleMillis) shares = [];
      else if (total > 0) shares = [...shares, (next.idle - sample.idle) / total].slice(-mostSamples);
      sample = next;
      sampledAt = now();
    }
    return shares.length < fewestSamples ? 0 : Math.min(...shares);
  };
}
