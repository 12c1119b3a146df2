import type { Delivery } from "@parley/jobs/reply-source";

/** Replies that one environment runs at once. */
export const maxAtOnce = 10;
// Replies shorter than this never read the queue; those that are slow read it less and less, for each read is billed.
const firstPauseMillis = 500;
const longestPauseMillis = 8_000;

export interface Refill {
  /** Up to so many jobs that the queue has waiting. Never rejects. */
  receive(limit: number): Promise<Delivery[]>;
  /** Runs a job that the queue had waiting. Never rejects. */
  run(delivery: Delivery): Promise<void>;
  /** Epoch milliseconds after which nothing more is begun. */
  until: number;
}

/** Resolves when all are settled or the time is over. */
async function settledOr(millis: number, work: Iterable<Promise<void>>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const expiry = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, millis);
  });
  await Promise.race([Promise.allSettled(work), expiry]);
  clearTimeout(timer);
}

/**
 * Waits for what runs, and while any of it does and slots are free, takes more from the queue: else one slow reply
 * would keep nine slots empty while others wait.
 * @param first work that never rejects
 */
export async function runWithRefill(first: readonly Promise<void>[], refill: Refill): Promise<void> {
  const running = new Set<Promise<void>>();
  const track = (work: Promise<void>) => {
    running.add(work);
    void work.finally(() => running.delete(work));
  };
  for (const work of first) track(work);
  let pause = firstPauseMillis;
  let isBacklogged = false;
  while (running.size > 0) {
    if (running.size >= maxAtOnce || Date.now() >= refill.until) {
      await Promise.race(running);
      continue;
    }
    if (!isBacklogged) await settledOr(pause, running);
    const free = maxAtOnce - running.size;
    if (running.size === 0 || free <= 0 || Date.now() >= refill.until) continue;
    const deliveries = await refill.receive(free);
    for (const delivery of deliveries) track(refill.run(delivery));
    isBacklogged = deliveries.length === free;
    pause = deliveries.length > 0 ? firstPauseMillis : Math.min(pause * 2, longestPauseMillis);
  }
}
