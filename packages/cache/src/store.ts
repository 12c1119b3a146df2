/** The few operations of Momento that this package stands on. Each rejects with a StoreError. */
export interface Store {
  /** The values in the order of the keys, undefined where there is none. */
  getMany(keys: readonly string[], signal: AbortSignal): Promise<(string | undefined)[]>;
  set(key: string, value: string, ttlSeconds: number): Promise<void>;
  setIfAbsent(key: string, value: string, ttlSeconds: number): Promise<void>;
  /** Writes unless the key holds exactly `barrier`. */
  setUnless(barrier: string, key: string, value: string, ttlSeconds: number): Promise<void>;
  /** Counts from 0 if the key is not there. */
  increment(key: string, amount: number, ttlSeconds: number): Promise<void>;
  remove(key: string): Promise<void>;
  close(): void;
}

/** A call that Momento or the way to it refused; `code` is one of the SDK's error codes. */
export class StoreError extends Error {
  readonly code: string;

  constructor(code: string) {
    super(`the cache answered ${code}`);
    this.name = "StoreError";
    this.code = code;
  }
}

/** Code of a call that was given up because it took too long. */
export const tooSlow = "TOO_SLOW";
