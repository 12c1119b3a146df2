import type { Store } from "./store.ts";

export interface Connection {
  /** The store if it is connected; otherwise undefined, and connecting starts in the background. */
  current(): Store | undefined;
  /** The store once the attempt under way has ended; undefined if it failed. */
  settled(): Promise<Store | undefined>;
  /** Lets go of the store, and connects anew without waiting for `retryMillis`. */
  restart(): void;
  close(): void;
}

interface ConnectionOptions {
  readonly connect: () => Promise<Store>;
  readonly onFailure: (error: unknown) => void;
  /** After a failed attempt, how long until the next may start. */
  readonly retryMillis: number;
}

/** Connects on first use, beside the caller, and again after a failure. */
export function createConnection({ connect, onFailure, retryMillis }: ConnectionOptions): Connection {
  let store: Store | undefined;
  let attempt: Promise<Store | undefined> | undefined;
  let failedAt = Number.NEGATIVE_INFINITY;
  let isClosed = false;

  async function tryConnect(): Promise<Store | undefined> {
    try {
      const connected = await connect();
      if (isClosed) connected.close();
      else store = connected;
    } catch (error) {
      failedAt = performance.now();
      onFailure(error);
    }
    attempt = undefined;
    return store;
  }

  function current(): Store | undefined {
    const isDue = performance.now() - failedAt >= retryMillis;
    if (store === undefined && !isClosed && isDue) attempt ??= tryConnect();
    return store;
  }

  return {
    current,
    async settled() {
      return current() ?? attempt;
    },
    restart() {
      store?.close();
      store = undefined;
      failedAt = Number.NEGATIVE_INFINITY;
      current();
    },
    close() {
      isClosed = true;
      store?.close();
      store = undefined;
    },
  };
}
