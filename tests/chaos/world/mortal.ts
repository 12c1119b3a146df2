import { setTimeout as sleep } from "node:timers/promises";
import type { Cache } from "@parley/cache/create-cache";
import type { Database } from "@parley/data/database";
import { DatabaseUnavailable } from "@parley/data/database-errors";
import type { EmbeddingQueue } from "@parley/jobs/embedding-queue";
import type { ReplyQueue } from "@parley/jobs/reply-queue";
import type { ReplySource } from "@parley/jobs/reply-source";
import { createRealtime, type Realtime } from "@parley/realtime/create-realtime";

/** Where a function environment comes to grief: at its n-th call to the database, the queue or the cache. */
export interface Grief {
  readonly call: number;
  /** Counts only the calls of that kind. */
  readonly of?: "database" | "receive";
  readonly when: "before" | "after";
  /**
   * `kill`: nothing more happens there, ever. `cut`: the caller is told of a failure, and goes on. `pause`: nothing
   * happens there until the lease is over.
   */
  readonly how: "kill" | "cut" | "pause";
}

/** What one function environment calls, and the environment's death. */
export interface Mortal {
  database: Database;
  queue: ReplyQueue;
  source: ReplySource;
  cache: Cache;
  /** Nobody listens here. */
  realtime: Realtime;
  embeddings: EmbeddingQueue;
  /** What was called, in order. */
  readonly calls: readonly string[];
  /** Runs work of this environment; undefined when it died meanwhile. */
  live<T>(work: () => Promise<T>): Promise<T | undefined>;
  /** Gives its connection back. */
  close(): Promise<void>;
}

const pauseMillis = 1_300;

const forever = <T>() => new Promise<T>(() => {});

/** Whether the last of the calls is the one meant. */
function strikes({ call, of }: Grief, calls: readonly string[]): boolean {
  const counted = of === undefined ? calls : calls.filter((name) => name === of);
  return counted.length === call && (of === undefined || calls.at(-1) === of);
}

/** Dependencies as one environment has them, with a grief if there is to be one. */
export function createMortal(
  dependencies: { database: Database; queue: ReplyQueue & ReplySource; cache: Cache },
  grief?: Grief,
): Mortal {
  const calls: string[] = [];
  const death = Promise.withResolvers<undefined>();
  let isDead = false;

  function die<T>(): Promise<T> {
    isDead = true;
    death.resolve(undefined);
    return forever<T>();
  }

  async function guard<T>(name: string, call: () => Promise<T>, failed: () => T): Promise<T> {
    if (isDead) return forever<T>();
    calls.push(name);
    if (grief === undefined || !strikes(grief, calls)) return call();
    if (grief.how === "pause") {
      const result = grief.when === "after" ? await call() : undefined;
      await sleep(pauseMillis);
      return grief.when === "after" ? (result as T) : call();
    }
    if (grief.when === "after") await call();
    return grief.how === "kill" ? die() : failed();
  }

  const { database, queue, cache } = dependencies;
  const unreachable = () => {
    throw new DatabaseUnavailable("CONNECTION_CLOSED");
  };
  const refused = () => {
    throw new Error("the queue is down");
  };
  const nothing = () => undefined;
  return {
    calls,
    database: { ...database, run: (work) => guard("database", () => database.run(work), unreachable) },
    queue: {
      ...queue,
      enqueueReply: (target) =>
        guard(
          "queue",
          () => queue.enqueueReply(target),
          () => false,
        ),
      enqueueCheck: (target, delay) => guard("queue", () => queue.enqueueCheck(target, delay), refused),
      returnIn: (receipts, seconds) => guard("queue", () => queue.returnIn(receipts, seconds), nothing),
    },
    source: {
      receive: (limit, seconds) =>
        guard(
          "receive",
          () => queue.receive(limit, seconds),
          () => [],
        ),
      remove: (receipt) => guard("queue", () => queue.remove(receipt), nothing),
    },
    cache: {
      ...cache,
      conversationChanged: (...args) => guard("cache", () => cache.conversationChanged(...args), nothing),
      dropReply: (...args) => guard("cache", () => cache.dropReply(...args), nothing),
      writeReply: (...args) => guard("cache", () => cache.writeReply(...args), nothing),
    },
    embeddings: {
      enqueue: () =>
        guard(
          "queue",
          async () => false,
          () => false,
        ),
    },
    realtime: createRealtime({ callbackUrl: undefined, removeConnections: async () => {} }),
    live: (work) => Promise.race([death.promise, work()]),
    close: () => database.close(),
  };
}
