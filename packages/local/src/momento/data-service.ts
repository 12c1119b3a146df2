import { cache } from "@gomomento/generated-types";
import { type Metadata, status, type UntypedServiceImplementation } from "@grpc/grpc-js";
import { answerEach, answerOne, type Pace } from "./answer.ts";
import { type Caches, refusal } from "./caches.ts";
import type { ItemStore } from "./item-store.ts";
import { meets } from "./set-condition.ts";

const {
  ECacheResult,
  _DeleteResponse,
  _GetResponse,
  _IncrementResponse,
  _ItemGetTtlResponse,
  _KeysExistResponse,
  _SetIfResponse,
  _SetResponse,
} = cache.cache_client;

type Wire = typeof cache.cache_client;
type Message<Name extends keyof Wire> = Wire[Name] extends new (
  ...parameters: never[]
) => infer T
  ? T
  : never;

interface Item {
  readonly cache_key: Uint8Array;
  readonly cache_body: Uint8Array;
  readonly ttl_milliseconds: number;
}

/** `cache_client.Scs` for scalar items. Collections are left out: gRPC answers UNIMPLEMENTED for them. */
export function dataService(caches: Caches, pace: Pace): UntypedServiceImplementation {
  return { ...readHandlers(caches, pace), ...writeHandlers(caches, pace) };
}

function readHandlers(caches: Caches, pace: Pace): UntypedServiceImplementation {
  return {
    Get: answerOne(pace, (request: Message<"_GetRequest">, metadata) => get(caches.of(metadata), request)),
    GetBatch: answerEach(pace, (request: Message<"_GetBatchRequest">, metadata) => {
      const items = caches.of(metadata);
      return request.items.map((item) => get(items, item));
    }),
    KeysExist: answerOne(pace, (request: Message<"_KeysExistRequest">, metadata) => {
      const items = caches.of(metadata);
      const exists = request.cache_keys.map((key) => items.remainingMillis(key) !== undefined);
      return new _KeysExistResponse({ exists });
    }),
    ItemGetTtl: answerOne(pace, (request: Message<"_ItemGetTtlRequest">, metadata) => {
      const remaining = caches.of(metadata).remainingMillis(request.cache_key);
      if (remaining === undefined) {
        return new _ItemGetTtlResponse({ missing: new _ItemGetTtlResponse._Missing() });
      }
      const found = new _ItemGetTtlResponse._Found({ remaining_ttl_millis: remaining });
      return new _ItemGetTtlResponse({ found });
    }),
  };
}

function writeHandlers(caches: Caches, pace: Pace): UntypedServiceImplementation {
  const set = (request: Message<"_SetRequest">, metadata: Metadata) => {
    writable(caches, metadata, request).set(request.cache_key, request.cache_body, request.ttl_milliseconds);
    return new _SetResponse({ result: ECacheResult.Ok });
  };
  return {
    Set: answerOne(pace, set),
    SetBatch: answerEach(pace, (request: Message<"_SetBatchRequest">, metadata) =>
      request.items.map((item) => set(item, metadata)),
    ),
    SetIf: answerOne(pace, (request: Message<"_SetIfRequest">, metadata) => {
      const { cache_key: key, cache_body: body, ttl_milliseconds: ttl } = request;
      const items = writable(caches, metadata, request);
      return items.setIf(key, body, ttl, (present) => meets(request, present))
        ? new _SetIfResponse({ stored: new _SetIfResponse._Stored() })
        : new _SetIfResponse({ not_stored: new _SetIfResponse._NotStored() });
    }),
    Delete: answerOne(pace, (request: Message<"_DeleteRequest">, metadata) => {
      caches.of(metadata).delete(request.cache_key);
      return new _DeleteResponse();
    }),
    Increment: answerOne(pace, (request: Message<"_IncrementRequest">, metadata) => {
      const items = caches.of(metadata);
      checkTtl(request.ttl_milliseconds);
      const value = items.increment(request.cache_key, request.amount, request.ttl_milliseconds);
      if (value === undefined) throw refusal(status.FAILED_PRECONDITION, "the value is not an integer");
      return new _IncrementResponse({ value });
    }),
  };
}

/** The cache that the item may be written to. Throws a Refusal for an item over its limits. */
function writable(caches: Caches, metadata: Metadata, item: Item): ItemStore {
  const items = caches.of(metadata);
  checkTtl(item.ttl_milliseconds);
  if (item.cache_key.byteLength + item.cache_body.byteLength > caches.limits.maxItemBytes) {
    throw refusal(status.RESOURCE_EXHAUSTED, "Item size limit exceeded", "item_size_limit_exceeded");
  }
  return items;
}

function get(items: ItemStore, request: Message<"_GetRequest">): Message<"_GetResponse"> {
  const body = items.get(request.cache_key);
  return body === undefined
    ? new _GetResponse({ result: ECacheResult.Miss })
    : new _GetResponse({ result: ECacheResult.Hit, cache_body: body });
}

function checkTtl(ttlMillis: number): void {
  if (ttlMillis <= 0) throw refusal(status.INVALID_ARGUMENT, "the time to live must be above 0");
}
