import { DatabaseUnavailable } from "./database-errors.ts";

/** What a caller waits for the database, in milliseconds. */
export const statementDeadlineMillis = 10_000;

interface Running {
  until: number;
  reject(error: Error): void;
}

// Not `performance`, which takes a millisecond to load.
function nowMillis(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1_000 + nanoseconds / 1_000_000;
}

/**
 * Rejects what takes longer than `millis`. One timer serves all that runs, and is set again only when it fires: to make
 * and to clear one for each statement takes longer than to read its answer.
 */
export function createDeadlines(millis: number): <T>(work: Promise<T>) => Promise<T> {
  // In the order of their ends, as all have the same time.
  const running = new Set<Running>();
  let isWaiting = false;

  function check(): void {
    isWaiting = false;
    const now = nowMillis();
    for (const one of running) {
      if (one.until > now) {
        wait(one.until - now);
        return;
      }
      running.delete(one);
      one.reject(new DatabaseUnavailable("STATEMENT_TIMEOUT"));
    }
  }

  function wait(left: number): void {
    if (isWaiting) return;
    isWaiting = true;
    // Whatever runs has a socket that keeps the process.
    setTimeout(check, Math.ceil(left)).unref();
  }

  return <T>(work: Promise<T>) =>
    new Promise<T>((resolve, reject) => {
      const one = { until: nowMillis() + millis, reject };
      running.add(one);
      wait(millis);
      work.then(
        (value) => {
          running.delete(one);
          resolve(value);
        },
        (error: unknown) => {
          running.delete(one);
          reject(error);
        },
      );
    });
}
