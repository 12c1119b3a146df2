import type { Circuit } from "./circuit.ts";
import type { Connection } from "./connection.ts";
import { type Store, StoreError, tooSlow } from "./store.ts";

/** Calls that never reject and are never waited for longer than the time limit. */
export interface Calls {
  /** The result, or undefined if the cache is not connected, failed, or took too long. */
  read<T>(run: (store: Store, signal: AbortSignal) => Promise<T>): Promise<T | undefined>;
  /** Ends when the write has, which may be after the time limit: wait with `atMost`, or not at all. */
  write(run: (store: Store) => Promise<void>): Promise<void>;
  /** A write that matters: waits for a connection under way, and is tried even while the circuit is open. */
  insist(run: (store: Store) => Promise<void>): Promise<void>;
  /** Resolves when `work` does, or at the time limit. */
  atMost(work: Promise<void>): Promise<void>;
}

interface CallsOptions {
  readonly connection: Connection;
  readonly circuit: Circuit;
  readonly timeoutMillis: number;
  readonly onFailure: (error: unknown) => void;
  readonly onSuccess: () => void;
}

export function createCalls(options: CallsOptions): Calls {
  const { connection, circuit, timeoutMillis } = options;
  return {
    read(run) {
      const store = connection.current();
      if (store === undefined || !circuit.allows()) return Promise.resolve(undefined);
      return new Promise((resolve) => {
        const abandon = new AbortController();
        const work = judged(options, run(store, abandon.signal), () => {
          abandon.abort();
          resolve(undefined);
        });
        void work.then(resolve);
      });
    },
    async write(run) {
      const store = connection.current();
      if (store !== undefined && circuit.allows()) await judged(options, run(store));
    },
    async insist(run) {
      const isOpen = connection.current() !== undefined && !circuit.allows();
      const work = connection.settled().then((store) => {
        if (store !== undefined) return judged(options, run(store));
      });
      if (!isOpen) await work;
    },
    atMost(work) {
      return new Promise((resolve) => {
        const timer = setTimeout(resolve, timeoutMillis);
        void work.then(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    },
  };
}

/** Tells the circuit how `work` went by the time limit; what comes later no longer counts. Never rejects. */
async function judged<T>(
  options: CallsOptions,
  work: Promise<T>,
  onSlow?: () => void,
): Promise<T | undefined> {
  const { circuit, timeoutMillis, onFailure, onSuccess } = options;
  let isLate = false;
  const fail = (error: unknown) => {
    circuit.failed();
    onFailure(error);
  };
  const timer = setTimeout(() => {
    isLate = true;
    fail(new StoreError(tooSlow));
    onSlow?.();
  }, timeoutMillis);
  try {
    const result = await work;
    if (!isLate) {
      circuit.succeeded();
      onSuccess();
    }
    return result;
  } catch (error) {
    if (!isLate) fail(error);
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
