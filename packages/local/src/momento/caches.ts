import { type Metadata, Metadata as NewMetadata, type StatusObject, status } from "@grpc/grpc-js";
import { ItemStore } from "./item-store.ts";

export interface MomentoLimits {
  /** Bytes one cache holds before it forgets what was used longest ago. */
  readonly maxCacheBytes: number;
  /** Bytes of one key with its value; Momento's own default. */
  readonly maxItemBytes: number;
  /** Calls a second over all caches, then `operations_rate_limit_exceeded`. */
  maxCallsPerSecond: number;
}

/** What Momento refuses a call with. */
export type Refusal = Partial<StatusObject> & { name: string; message: string };

/** The caches of one Momento account and the checks that every call passes. */
export interface Caches {
  readonly byName: Map<string, ItemStore>;
  readonly limits: MomentoLimits;
  /** The cache which the call's `cache` header names. Throws a Refusal. */
  of(metadata: Metadata): ItemStore;
  /** Throws a Refusal for a cache of that name, or a name that no cache can have. */
  create(name: string): void;
}

export function createCaches(names: readonly string[], limits: MomentoLimits): Caches {
  const byName = new Map<string, ItemStore>();
  const takeCall = callLimiter(limits);
  const caches: Caches = {
    byName,
    limits,
    of(metadata) {
      const name = String(metadata.get("cache")[0] ?? "");
      if (name === "") throw refusal(status.INVALID_ARGUMENT, "the cache header is missing");
      const items = byName.get(name);
      if (items === undefined) throw refusal(status.NOT_FOUND, `Cache not found: ${name}`);
      if (!takeCall()) {
        throw refusal(
          status.RESOURCE_EXHAUSTED,
          "Too many operations per second",
          "operations_rate_limit_exceeded",
        );
      }
      return items;
    },
    create(name) {
      if (name.trim() === "") throw refusal(status.INVALID_ARGUMENT, "the cache needs a name");
      if (byName.has(name)) throw refusal(status.ALREADY_EXISTS, `Cache already exists: ${name}`);
      byName.set(name, new ItemStore({ maxBytes: limits.maxCacheBytes }));
    },
  };
  for (const name of names) caches.create(name);
  return caches;
}

/** A gRPC error; `cause` goes into the `err` metadata from which the SDK picks its message. */
export function refusal(code: status, details: string, cause?: string): Refusal {
  const metadata = new NewMetadata();
  if (cause !== undefined) metadata.set("err", cause);
  return { name: "Refusal", message: details, code, details, metadata };
}

export function isRefusal(error: unknown): error is Refusal {
  return typeof error === "object" && error !== null && "name" in error && error.name === "Refusal";
}

function callLimiter(limits: MomentoLimits): () => boolean {
  let second = 0;
  let calls = 0;
  return () => {
    const now = Math.floor(Date.now() / 1_000);
    if (now !== second) {
      second = now;
      calls = 0;
    }
    calls += 1;
    return calls <= limits.maxCallsPerSecond;
  };
}
