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
}

export function createCalls({ connection, circuit, timeoutMillis, onFailure }: CallsOptions): Calls {
  /** Runs `work` and tells the circuit how it went by the time limit; what comes later no longer counts. */
  async function account<T>(work: Promise<T>, onSlow: () => void): Promise<T | undefined> {
    let isJudged = false;
    const judge = (error?: unknown) => {
      if (isJudged) return;
      isJudged = true;
      if (error === undefined) return circuit.succeeded();
      circuit.failed();
      onFailure(error);
    };
    const timer = setTimeout(() => {
      judge(new StoreError(tooSlow));
      onSlow();
    }, timeoutMillis);
    try {
      const result = await work;
      judge();
      return result;
    } catch (error) {
      judge(error);
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    read(run) {
      const store = connection.current();
      if (store === undefined || !circuit.allows()) return Promise.resolve(undefined);
      return new Promise((resolve) => {
        const abandon = new AbortController();
        const work = account(run(store, abandon.signal), () => {
          abandon.abort();
          resolve(undefined);
        });
        void work.then(resolve);
      });
    },
    async write(run) {
      const store = connection.current();
      if (store !== undefined && circuit.allows()) await account(run(store), () => undefined);
    },
    async insist(run) {
      const isOpen = connection.current() !== undefined && !circuit.allows();
      const work = connection.settled().then((store) => {
        if (store !== undefined) return account(run(store), () => undefined);
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
