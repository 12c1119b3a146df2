import { createServer, type Server } from "node:net";
import { type RunningMomento, startMomento } from "@parley/local/momento/start-momento";
import { logger } from "@parley/runtime/logger";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Cache, type CacheOptions, createCache } from "./create-cache.ts";

let momento: RunningMomento;
const open: Cache[] = [];
let warnings: unknown[] = [];

function cacheAt(port: number, options: Partial<CacheOptions> = {}): Cache {
  const own = warnings;
  const cache = createCache({
    endpoint: `127.0.0.1:${port}`,
    cacheName: "parley",
    // Far above what a busy test machine needs, so that a wait that should not be shows clearly.
    timeoutMillis: 1_000,
    logger: { warn: (message, details) => own.push([message, details]) },
    ...options,
  });
  open.push(cache);
  return cache;
}

async function connected(options: Partial<CacheOptions> = {}): Promise<Cache> {
  const cache = cacheAt(momento.port, options);
  await vi.waitFor(async () => {
    const probe = await cache.readConversation("nobody", "nothing", "conversation");
    expect(probe.generation).toBeDefined();
  }, 5_000);
  return cache;
}

async function everything(cache: Cache): Promise<void> {
  const read = await cache.readConversation("anna", "c1", "conversation");
  expect(read.value).toBeUndefined();
  await cache.writeConversation("anna", "c1", "conversation", read.generation, { id: "c1" });
  await cache.conversationChanged("anna", "c1");
  await cache.writeReply("anna", { id: "r1" }, { attempt: 1, sequence: 1, asOf: Date.now() });
  expect(await cache.readReply("anna", "r1", true)).toBeUndefined();
  await cache.dropReply("anna", "r1");
}

async function millisOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

beforeEach(async () => {
  momento = await startMomento({ cacheNames: ["parley"] });
  warnings = [];
});

afterEach(async () => {
  for (const cache of open.splice(0)) cache.close();
  await momento.close();
});

describe("without Momento", () => {
  test("not configured: every read misses, every write ends", async () => {
    const cache = createCache({ cacheName: "parley", apiKey: "", endpoint: "" });
    cache.warm();
    await everything(cache);
    cache.close();
  });

  test("a cold cache is not waited for", async () => {
    const cache = cacheAt(momento.port);
    expect(await millisOf(() => cache.readConversation("anna", "c1", "conversation"))).toBeLessThan(400);
    expect(await millisOf(() => cache.readReply("anna", "r1", true))).toBeLessThan(400);
  });

  test("a change in a cold environment arrives all the same", async () => {
    const warmCache = await connected();
    const { generation } = await warmCache.readConversation("anna", "c1", "conversation");
    await warmCache.writeConversation("anna", "c1", "conversation", generation, "old");
    const cold = cacheAt(momento.port);
    await cold.conversationChanged("anna", "c1");
    await vi.waitFor(async () => {
      expect((await warmCache.readConversation("anna", "c1", "conversation")).value).toBeUndefined();
    }, 5_000);
  });

  test("nobody listens: nothing rejects, nothing waits, one warning", async () => {
    await momento.close();
    const cache = cacheAt(momento.port);
    await everything(cache);
    await vi.waitFor(() => expect(warnings).toHaveLength(1), 5_000);
    expect(await millisOf(() => everything(cache))).toBeLessThan(400);
    expect(warnings).toHaveLength(1);
  });

  test("a listener that never answers costs no caller more than its limit", async () => {
    const silent = await listenSilently();
    const cache = cacheAt(silent.port, { timeoutMillis: 50 });
    cache.warm();
    expect(await millisOf(() => cache.readConversation("anna", "c1", "conversation"))).toBeLessThan(400);
    expect(await millisOf(() => cache.conversationChanged("anna", "c1"))).toBeLessThan(400);
    cache.close();
    silent.server.close();
  });

  test("a malformed key is a warning without the key", async () => {
    const cache = createCache({
      apiKey: "not-a-key",
      cacheName: "parley",
      logger: { warn: (message, details) => warnings.push([message, details]) },
    });
    await everything(cache);
    await vi.waitFor(() => expect(warnings).toHaveLength(1), 5_000);
    expect(JSON.stringify(warnings)).not.toContain("not-a-key");
  });
});

describe("Momento fails after it was connected", () => {
  test("dead: misses, then the circuit opens; alive again: it closes", async () => {
    const { port } = momento;
    const cache = await connected({ retryMillis: 500 });
    await momento.close();
    for (let round = 0; round < 3; round += 1) await everything(cache);
    expect(await millisOf(() => everything(cache))).toBeLessThan(400);
    expect(warnings).toHaveLength(1);
    momento = await startMomento({ cacheNames: ["parley"], port });
    await vi.waitFor(
      async () => {
        const read = await cache.readConversation("anna", "c1", "conversation");
        expect(read.generation).toBeDefined();
      },
      { timeout: 12_000, interval: 50 },
    );
  });

  test("slow: the wait is given up, then skipped", async () => {
    let failures = 0;
    const cache = await connected({ timeoutMillis: 200, onFailure: () => (failures += 1) });
    momento.setDelay(1_000);
    const first = await millisOf(() => cache.readReply("anna", "r1", true));
    expect(first).toBeGreaterThan(190);
    expect(first).toBeLessThan(600);
    await Promise.all([1, 2, 3, 4].map(() => cache.readReply("anna", "r1", true)));
    expect(await millisOf(() => cache.readReply("anna", "r1", true))).toBeLessThan(150);
    expect(failures).toBeGreaterThan(4);
    expect(warnings).toEqual([]);
  });

  test("slow: a change arrives although nobody waited for it", async () => {
    const cache = await connected({ timeoutMillis: 200 });
    const { generation } = await cache.readConversation("anna", "c1", "conversation");
    await cache.writeConversation("anna", "c1", "conversation", generation, "old");
    momento.setDelay(800);
    expect(await millisOf(() => cache.conversationChanged("anna", "c1"))).toBeLessThan(600);
    momento.setDelay(0);
    await vi.waitFor(async () => {
      expect((await cache.readConversation("anna", "c1", "conversation")).value).toBeUndefined();
    }, 2_000);
  });

  test.each([
    ["an unknown cache", {}, "elsewhere", "NOT_FOUND_ERROR"],
    ["too many calls", { maxCallsPerSecond: 0 }, "parley", "LIMIT_EXCEEDED_ERROR"],
  ])("%s: everything misses, one warning with its code", async (_name, limits, cacheName, code) => {
    const limited = await startMomento({ cacheNames: ["parley"], limits });
    const cache = cacheAt(limited.port, { cacheName });
    cache.warm();
    await vi.waitFor(async () => {
      await everything(cache);
      expect(warnings).toEqual([[expect.any(String), { code }]]);
    }, 5_000);
    cache.close();
    await limited.close();
  });
});

test("reports every read that was answered with its outcome", async () => {
  const reads: unknown[] = [];
  const cache = await connected({
    logger,
    onRead: (hit, millis) => reads.push([hit, millis > 0]),
  });
  reads.length = 0;
  const { generation } = await cache.readConversation("anna", "c1", "newest-messages");
  await cache.writeConversation("anna", "c1", "newest-messages", generation, []);
  await cache.readConversation("anna", "c1", "newest-messages");
  await cache.readReply("anna", "r1", true);
  await cache.readReply("anna", "r2");
  await momento.close();
  await cache.readReply("anna", "r1", true);
  expect(reads).toEqual([
    [false, true],
    [true, true],
    [false, true],
  ]);
});

async function listenSilently(): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => socket.on("error", () => socket.destroy()));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { server, port: address.port };
}
