interface Item {
  readonly value: Uint8Array;
  readonly expiresAt: number;
}

interface ItemStoreOptions {
  /** What keys and values may take together; the least recently used go first. */
  readonly maxBytes: number;
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

const sweepEveryMillis = 10_000;
// What a Map entry and its objects cost beside the bytes themselves, roughly.
const overheadBytes = 100;

/** The items of one cache, in memory: time to live, conditional writes, counters and a bound in bytes. */
export class ItemStore {
  readonly #items = new Map<string, Item>();
  readonly #maxBytes: number;
  readonly #now: () => number;
  #bytes = 0;
  #lastSweep: number;

  constructor({ maxBytes, now = Date.now }: ItemStoreOptions) {
    this.#maxBytes = maxBytes;
    this.#now = now;
    this.#lastSweep = now();
  }

  /** Bytes held, the expired but not yet swept included. */
  get bytes(): number {
    return this.#bytes;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const name = nameOf(key);
    const item = this.#items.get(name);
    if (item === undefined) return undefined;
    this.#remove(name, item);
    if (item.expiresAt <= this.#now()) return undefined;
    // A Map keeps insertion order: inserting again makes this the most recently used.
    this.#insert(name, item);
    return item.value;
  }

  set(key: Uint8Array, value: Uint8Array, ttlMillis: number): void {
    const now = this.#now();
    const name = nameOf(key);
    const old = this.#items.get(name);
    if (old !== undefined) this.#remove(name, old);
    this.#insert(name, { value, expiresAt: now + ttlMillis });
    // Swept as part of a write, so that an idle stand-in needs no timer.
    if (now - this.#lastSweep >= sweepEveryMillis) this.#sweep(now);
    this.#evict();
  }

  /** True if `condition`, given the present value, let the write happen. */
  setIf(
    key: Uint8Array,
    value: Uint8Array,
    ttlMillis: number,
    condition: (present: Uint8Array | undefined) => boolean,
  ): boolean {
    if (!condition(this.get(key))) return false;
    this.set(key, value, ttlMillis);
    return true;
  }

  delete(key: Uint8Array): void {
    const name = nameOf(key);
    const item = this.#items.get(name);
    if (item !== undefined) this.#remove(name, item);
  }

  /** The new count, or undefined if the present value is not a decimal integer. */
  increment(key: Uint8Array, amount: number, ttlMillis: number): number | undefined {
    const text = Buffer.from(this.get(key) ?? Buffer.from("0")).toString("utf8");
    if (!/^-?\d{1,19}$/.test(text)) return undefined;
    const count = Number(text) + amount;
    this.set(key, Buffer.from(String(count)), ttlMillis);
    return count;
  }

  /** Milliseconds until the key expires, undefined if it is not there. */
  remainingMillis(key: Uint8Array): number | undefined {
    const item = this.#items.get(nameOf(key));
    const remaining = (item?.expiresAt ?? 0) - this.#now();
    return remaining > 0 ? remaining : undefined;
  }

  clear(): void {
    this.#items.clear();
    this.#bytes = 0;
  }

  #insert(name: string, item: Item): void {
    this.#items.set(name, item);
    this.#bytes += sizeOf(name, item);
  }

  #remove(name: string, item: Item): void {
    this.#items.delete(name);
    this.#bytes -= sizeOf(name, item);
  }

  #sweep(now: number): void {
    this.#lastSweep = now;
    for (const [name, item] of this.#items) if (item.expiresAt <= now) this.#remove(name, item);
  }

  #evict(): void {
    for (const [name, item] of this.#items) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#remove(name, item);
    }
  }
}

// latin1 maps every byte to one character, so that keys which are not UTF-8 stay distinct.
function nameOf(key: Uint8Array): string {
  return Buffer.from(key).toString("latin1");
}

function sizeOf(name: string, item: Item): number {
  return name.length + item.value.byteLength + overheadBytes;
}
