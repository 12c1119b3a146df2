import type { ReplyQueue } from "@parley/jobs/reply-queue";
import type { Worker } from "./worker.ts";

// In leases. A reply that is answered by then costs no request; between two of them a job never comes back.
const firstAfter = 1 / 6;
const every = 2 / 3;

/**
 * The jobs that a worker works at, under a short visibility timeout: without it they would come back only after the queue's
 * visibility timeout (90 minutes) when the worker dies, and with them, perhaps, the check that looks after them.
 */
export interface Hold {
  /**
   * Counts a job as worked at.
   * @param isHeld it was received under a short visibility timeout
   */
  take(receiptHandle: string, isHeld?: boolean): void;
  /** The job is done, or has failed. Says whether it was held: it then comes back unless it is deleted. */
  release(receiptHandle: string): boolean;
  /** Holds now whatever is worked at. */
  renew(): Promise<void>;
  /** Ends the renewals. */
  stop(): void;
}

type HoldSettings = Pick<Worker, "leaseSeconds" | "holdSeconds"> & { queue: Pick<ReplyQueue, "returnIn"> };

/** Holds what is taken for as long as it is worked at: after 5 s, and every 20 s, with one request for all of it. */
export function holdJobs({ queue, leaseSeconds, holdSeconds }: HoldSettings): Hold {
  const running = new Set<string>();
  const held = new Set<string>();
  let timer: NodeJS.Timeout | undefined;

  async function renew(): Promise<void> {
    if (running.size === 0) return;
    for (const receiptHandle of running) held.add(receiptHandle);
    await queue.returnIn([...running], holdSeconds);
  }

  function renewIn(leases: number): void {
    timer = setTimeout(
      () => {
        void renew();
        renewIn(every);
      },
      leases * leaseSeconds * 1000,
    );
  }

  renewIn(firstAfter);
  return {
    take(receiptHandle, isHeld = false) {
      running.add(receiptHandle);
      if (isHeld) held.add(receiptHandle);
    },
    release(receiptHandle) {
      running.delete(receiptHandle);
      return held.delete(receiptHandle);
    },
    renew,
    stop: () => clearTimeout(timer),
  };
}
