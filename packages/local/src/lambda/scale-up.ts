import { availableParallelism, cpus } from "node:os";

// When nothing is about to come free, this is waited for all the same: most requests are answered sooner.
const heldMillis = 25;
const idleMillis = 100;
const busyMillis = 200;
const reluctantMillis = 1_000;
const stuckMillis = 5_000;
// Below it the processor is what requests wait for: another environment, whose code is not compiled yet, only takes
// from the others. But one environment waits for the database and the queue as well, and as many as there are processors
// keep them busy. Beyond twice the processors none helps.
const leastIdleShare = 0.3;
const processors = availableParallelism();
const crowd = 2 * processors;

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
  if (isYoung) return reluctantMillis;
  if (idleShare >= leastIdleShare) return active < crowd ? idleMillis : reluctantMillis;
  if (active < processors) return busyMillis;
  return active < crowd ? stuckMillis : Number.POSITIVE_INFINITY;
}

const sampleMillis = 100;
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
 * @returns a function that says how idle this machine's processors have been for the last tenth of a second, 0 where
 * nobody had asked shortly before
 */
export function watchProcessors(now = () => performance.now(), read = processorTimes): () => number {
  let sampledAt = Number.NEGATIVE_INFINITY;
  let sample = { idle: 0, total: 0 };
  let share = 0;
  return () => {
    const elapsed = now() - sampledAt;
    if (elapsed < sampleMillis) return share;
    const next = read();
    const total = next.total - sample.total;
    share = elapsed > staleMillis || total === 0 ? 0 : (next.idle - sample.idle) / total;
    sample = next;
    sampledAt = now();
    return share;
  };
}
