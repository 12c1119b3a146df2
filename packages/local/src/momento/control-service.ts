import { control, ping } from "@gomomento/generated-types";
import { status, type UntypedServiceImplementation } from "@grpc/grpc-js";
import { answerOne, type Pace } from "./answer.ts";
import { type Caches, refusal } from "./caches.ts";

const { _Cache, _CreateCacheResponse, _DeleteCacheResponse, _FlushCacheResponse, _ListCachesResponse } =
  control.control_client;

interface NamedCache {
  readonly cache_name: string;
}

/** `control_client.ScsControl`: making, listing, emptying and deleting caches. */
export function controlService(caches: Caches, pace: Pace): UntypedServiceImplementation {
  return {
    CreateCache: answerOne(pace, (request: NamedCache) => {
      caches.create(request.cache_name);
      return new _CreateCacheResponse();
    }),
    DeleteCache: answerOne(pace, (request: NamedCache) => {
      if (!caches.byName.delete(request.cache_name)) throw unknown(request);
      return new _DeleteCacheResponse();
    }),
    ListCaches: answerOne(pace, () => {
      const names = [...caches.byName.keys()];
      return new _ListCachesResponse({ cache: names.map((name) => new _Cache({ cache_name: name })) });
    }),
    FlushCache: answerOne(pace, (request: NamedCache) => {
      const items = caches.byName.get(request.cache_name);
      if (items === undefined) throw unknown(request);
      items.clear();
      return new _FlushCacheResponse();
    }),
  };
}

/** `cache_client.Ping`. */
export function pingService(pace: Pace): UntypedServiceImplementation {
  return { Ping: answerOne(pace, () => new ping.cache_client._PingResponse()) };
}

function unknown(request: NamedCache) {
  return refusal(status.NOT_FOUND, `Cache not found: ${request.cache_name}`);
}
