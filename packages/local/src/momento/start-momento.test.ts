import {
  CacheClient,
  CacheFlush,
  CacheGet,
  CacheGetBatch,
  CacheIncrement,
  CacheItemGetTtl,
  CacheKeysExist,
  CacheSet,
  CacheSetIfAbsent,
  CacheSetIfEqual,
  CacheSetIfNotEqual,
  CacheSetIfPresent,
  Configurations,
  CreateCache,
  CredentialProvider,
  DeleteCache,
  ListCaches,
  MomentoErrorCode,
  NoopMomentoLoggerFactory,
} from "@gomomento/sdk";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type RunningMomento, startMomento } from "./start-momento.ts";

let momento: RunningMomento;
let client: CacheClient;

function connect({ hostname, port }: RunningMomento): CacheClient {
  return new CacheClient({
    configuration: Configurations.Lambda.latest(new NoopMomentoLoggerFactory()),
    credentialProvider: CredentialProvider.forMomentoLocal({ hostname, port }),
    defaultTtlSeconds: 60,
  });
}

beforeEach(async () => {
  momento = await startMomento({
    cacheNames: ["parley", "other"],
    limits: { maxItemBytes: 2_000, maxCacheBytes: 10_000 },
  });
  client = connect(momento);
});

afterEach(async () => {
  client.close();
  await momento.close();
});

describe("items", () => {
  test("set, get and delete, apart in each cache", async () => {
    expect(await client.get("parley", "key")).toBeInstanceOf(CacheGet.Miss);
    expect(await client.set("parley", "key", "välue")).toBeInstanceOf(CacheSet.Success);
    expect((await client.get("parley", "key")).value()).toBe("välue");
    expect(await client.get("other", "key")).toBeInstanceOf(CacheGet.Miss);
    await client.delete("parley", "key");
    expect(await client.get("parley", "key")).toBeInstanceOf(CacheGet.Miss);
  });

  test("keys that are not UTF-8 stay distinct", async () => {
    await client.set("parley", Uint8Array.of(255), "a");
    await client.set("parley", Uint8Array.of(254), "b");
    expect((await client.get("parley", Uint8Array.of(255))).value()).toBe("a");
  });

  test("expire after their time to live", async () => {
    await client.set("parley", "key", "value", { ttl: 1 });
    expect(await client.itemGetTtl("parley", "key")).toBeInstanceOf(CacheItemGetTtl.Hit);
    await new Promise((resolve) => setTimeout(resolve, 1_050));
    expect(await client.get("parley", "key")).toBeInstanceOf(CacheGet.Miss);
    expect(await client.itemGetTtl("parley", "key")).toBeInstanceOf(CacheItemGetTtl.Miss);
  });

  test("batches answer item by item, in order", async () => {
    await client.setBatch("parley", new Map([["a", "1"], ["b", "2"]])); // biome-ignore format: pairs
    const batch = await client.getBatch("parley", ["b", "missing", "a"]);
    if (!(batch instanceof CacheGetBatch.Success)) throw new Error(batch.toString());
    expect(batch.results().map((result) => result.value())).toEqual(["2", undefined, "1"]);
    const exist = await client.keysExist("parley", ["a", "missing"]);
    expect(exist instanceof CacheKeysExist.Success && exist.exists()).toEqual([true, false]);
  });

  test("increment counts from the present integer and refuses anything else", async () => {
    const first = await client.increment("parley", "count", 5);
    expect(first instanceof CacheIncrement.Success && first.value()).toBe(5);
    const second = await client.increment("parley", "count", -7);
    expect(second instanceof CacheIncrement.Success && second.value()).toBe(-2);
    expect((await client.get("parley", "count")).value()).toBe("-2");
    await client.set("parley", "count", "many");
    const refused = await client.increment("parley", "count");
    expect(refused instanceof CacheIncrement.Error && refused.errorCode()).toBe(
      MomentoErrorCode.FAILED_PRECONDITION_ERROR,
    );
  });

  test("conditional writes", async () => {
    expect(await client.setIfPresent("parley", "key", "a")).toBeInstanceOf(CacheSetIfPresent.NotStored);
    expect(await client.setIfNotEqual("parley", "key", "a", "end")).toBeInstanceOf(CacheSetIfNotEqual.Stored);
    expect(await client.setIfAbsent("parley", "key", "b")).toBeInstanceOf(CacheSetIfAbsent.NotStored);
    expect(await client.setIfEqual("parley", "key", "end", "a")).toBeInstanceOf(CacheSetIfEqual.Stored);
    expect(await client.setIfNotEqual("parley", "key", "c", "end")).toBeInstanceOf(
      CacheSetIfNotEqual.NotStored,
    );
    expect((await client.get("parley", "key")).value()).toBe("end");
  });
});

describe("caches", () => {
  test("an unknown cache is not found", async () => {
    const result = await client.get("nowhere", "key");
    expect(result instanceof CacheGet.Error && result.errorCode()).toBe(
      MomentoErrorCode.CACHE_NOT_FOUND_ERROR,
    );
    const batch = await client.getBatch("nowhere", ["key"]);
    expect(batch instanceof CacheGetBatch.Error && batch.errorCode()).toBe(
      MomentoErrorCode.CACHE_NOT_FOUND_ERROR,
    );
  });

  test("are made, listed, flushed and deleted", async () => {
    expect(await client.createCache("made")).toBeInstanceOf(CreateCache.Success);
    expect(await client.createCache("made")).toBeInstanceOf(CreateCache.AlreadyExists);
    const list = await client.listCaches();
    if (!(list instanceof ListCaches.Success)) throw new Error(list.toString());
    expect(list.getCaches().map((cache) => cache.getName())).toEqual(["parley", "other", "made"]);
    await client.set("made", "key", "value");
    expect(await client.flushCache("made")).toBeInstanceOf(CacheFlush.Success);
    expect(await client.get("made", "key")).toBeInstanceOf(CacheGet.Miss);
    expect(await client.deleteCache("made")).toBeInstanceOf(DeleteCache.Success);
    expect(await client.get("made", "key")).toBeInstanceOf(CacheGet.Error);
  });

  test("answers a ping", async () => {
    await client.ping();
  });
});

describe("limits", () => {
  test("an item too big is refused with Momento's cause", async () => {
    const result = await client.set("parley", "key", "x".repeat(2_000));
    expect(result instanceof CacheSet.Error && result.errorCode()).toBe(
      MomentoErrorCode.LIMIT_EXCEEDED_ERROR,
    );
    expect(result.toString()).toContain("Item size limit exceeded");
  });

  test("memory is bounded: what was used longest ago goes first", async () => {
    for (let index = 0; index < 6; index += 1) {
      await client.set("parley", `key ${index}`, "x".repeat(1_800));
      await client.get("parley", "key 0");
    }
    expect(await client.get("parley", "key 0")).toBeInstanceOf(CacheGet.Hit);
    expect(await client.get("parley", "key 1")).toBeInstanceOf(CacheGet.Miss);
    expect(await client.get("parley", "key 5")).toBeInstanceOf(CacheGet.Hit);
  });

  test("too many calls in a second are refused", async () => {
    const limited = await startMomento({ cacheNames: ["parley"], limits: { maxCallsPerSecond: 0 } });
    const limitedClient = connect(limited);
    const result = await limitedClient.get("parley", "key");
    expect(result instanceof CacheGet.Error && result.errorCode()).toBe(
      MomentoErrorCode.LIMIT_EXCEEDED_ERROR,
    );
    limitedClient.close();
    await limited.close();
  });
});

describe("lifecycle", () => {
  test("a taken port rejects", async () => {
    await expect(startMomento({ cacheNames: [], port: momento.port })).rejects.toThrow(/EADDRINUSE|bind/i);
  });

  test("a delay holds answers back, a closed server refuses", async () => {
    momento.setDelay(60);
    const start = performance.now();
    await client.get("parley", "key");
    expect(performance.now() - start).toBeGreaterThan(55);
    await momento.close();
    const result = await client.get("parley", "key");
    expect(result instanceof CacheGet.Error && result.errorCode()).toBe(MomentoErrorCode.SERVER_UNAVAILABLE);
  });
});
