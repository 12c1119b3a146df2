import { CacheClient, Configurations, CredentialProvider, NoopMomentoLoggerFactory } from "@gomomento/sdk";
import { type RunningMomento, startMomento } from "@parley/local/momento/start-momento";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type Cache, createCache } from "./create-cache.ts";

let momento: RunningMomento;
let cache: Cache;
/** The same Momento as another process, or an operator, sees it. */
let client: CacheClient;
const warnings: unknown[] = [];

beforeAll(async () => {
  momento = await startMomento({ cacheNames: ["parley"] });
  const { hostname, port } = momento;
  client = new CacheClient({
    configuration: Configurations.Lambda.latest(new NoopMomentoLoggerFactory()),
    credentialProvider: CredentialProvider.forMomentoLocal({ hostname, port }),
    defaultTtlSeconds: 60,
  });
  cache = createCache({
    endpoint: `${hostname}:${port}`,
    cacheName: "parley",
    timeoutMillis: 1_000,
    logger: { warn: (...line) => warnings.push(line) },
  });
  await vi.waitFor(async () => {
    expect((await cache.readConversation("nobody", "none", "conversation")).generation).toBeDefined();
  }, 5_000);
});

afterAll(async () => {
  cache.close();
  client.close();
  await momento.close();
});

beforeEach(async () => {
  await client.flushCache("parley");
});

afterEach(() => {
  vi.useRealTimers();
});

const read = () => cache.readConversation<string>("anna", "c1", "conversation");

async function fill(value: string): Promise<void> {
  await cache.writeConversation("anna", "c1", "conversation", (await read()).generation, value);
}

/** Moves this process's wall clock, and nothing else, ahead. */
function later(millis: number): void {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + millis });
}

describe("a conversation", () => {
  test("that is gone for good leaves no key, and another owner's stays", async () => {
    await fill("first");
    const other = (await cache.readConversation("berta", "c1", "conversation")).generation;
    await cache.writeConversation("berta", "c1", "conversation", other, "hers");
    await cache.forgetConversation("anna", "c1");
    for (const key of ["gen:anna:c1", "conversation:anna:c1", "newest-messages:anna:c1"]) {
      expect((await client.get("parley", key)).type).toBe("Miss");
    }
    expect((await cache.readConversation("berta", "c1", "conversation")).value).toBe("hers");
  });

  test("is served until it changes", async () => {
    await fill("first");
    expect((await read()).value).toBe("first");
    await cache.conversationChanged("anna", "c1");
    expect((await read()).value).toBeUndefined();
    await fill("second");
    expect((await read()).value).toBe("second");
  });

  test("and its newest page are apart, and change together", async () => {
    await fill("conversation");
    const page = await cache.readConversation("anna", "c1", "newest-messages");
    expect(page.value).toBeUndefined();
    await cache.writeConversation("anna", "c1", "newest-messages", page.generation, ["page"]);
    expect((await cache.readConversation("anna", "c1", "newest-messages")).value).toEqual(["page"]);
    await cache.conversationChanged("anna", "c1");
    expect((await cache.readConversation("anna", "c1", "newest-messages")).value).toBeUndefined();
  });

  test("another owner neither reads nor invalidates it", async () => {
    await fill("anna's");
    const other = await cache.readConversation("bert", "c1", "conversation");
    expect(other.value).toBeUndefined();
    await cache.conversationChanged("bert", "c1");
    expect((await read()).value).toBe("anna's");
  });

  test("a value of another owner under the key is refused", async () => {
    await fill("anna's");
    const stored = (await client.get("parley", "conversation:anna:c1")).value() ?? "";
    expect(stored).toContain('"ownerId":"anna"');
    await client.set("parley", "conversation:anna:c1", stored.replace('"anna"', '"bert"'));
    expect((await read()).value).toBeUndefined();
    await client.set("parley", "conversation:anna:c1", "{not json");
    expect((await read()).value).toBeUndefined();
  });

  test.each(["first read ever", "read after a change"])("late writer, %s: nobody reads it", async (name) => {
    if (name !== "first read ever") await cache.conversationChanged("anna", "c1");
    const slow = await read();
    await cache.conversationChanged("anna", "c1");
    await cache.writeConversation("anna", "c1", "conversation", slow.generation, "old");
    expect((await read()).value).toBeUndefined();
  });

  test("an evicted generation does not bring an older value back", async () => {
    await fill("old");
    await cache.conversationChanged("anna", "c1");
    await client.delete("parley", "gen:anna:c1");
    await read();
    expect((await read()).value).toBeUndefined();
    await client.delete("parley", "gen:anna:c1");
    await cache.conversationChanged("anna", "c1");
    expect((await read()).value).toBeUndefined();
    await fill("of the first change");
    await client.delete("parley", "gen:anna:c1");
    expect((await read()).value).toBeUndefined();
    await client.delete("parley", "gen:anna:c1");
    await cache.conversationChanged("anna", "c1");
    expect((await read()).value).toBeUndefined();
  });

  test("nothing is served 60 s after its query, whenever it was written", async () => {
    const slow = await read();
    later(40_000);
    await cache.writeConversation("anna", "c1", "conversation", slow.generation, "old");
    expect((await read()).value).toBe("old");
    const remaining = await client.itemGetTtl("parley", "conversation:anna:c1");
    expect(remaining).toMatchObject({ type: "Hit" });
    later(20_001);
    expect((await read()).value).toBeUndefined();
  });

  test("a writer paused for longer than that writes nothing", async () => {
    const slow = await read();
    later(60_000);
    await cache.writeConversation("anna", "c1", "conversation", slow.generation, "old");
    expect((await client.get("parley", "conversation:anna:c1")).value()).toBeUndefined();
  });

  test("a page above Momento's item limit is not sent", async () => {
    await fill("€".repeat(400_000));
    expect((await read()).value).toBeUndefined();
    expect(warnings).toEqual([]);
    await fill("small");
    expect((await read()).value).toBe("small");
  });
});

describe("a running reply", () => {
  const write = (attempt: number, sequence: number, partialText: string) =>
    cache.writeReply("anna", { id: "r1", partialText } as { id: string }, {
      attempt,
      sequence,
      asOf: Date.now(),
    });
  const shown = async () =>
    (await cache.readReply<{ partialText: string }>("anna", "r1", true))?.reply.partialText;

  beforeEach(async () => {
    await cache.dropReply("anna", "r1");
    await client.flushCache("parley");
  });

  test("shows its latest flush with attempt and sequence", async () => {
    await write(1, 1, "On");
    await write(1, 2, "Once");
    expect(await cache.readReply("anna", "r1", true)).toEqual({
      reply: { id: "r1", partialText: "Once" },
      attempt: 1,
      sequence: 2,
    });
  });

  test("is looked for where it was seen to run, here or by who asks, until it is gone", async () => {
    await write(1, 1, "On");
    const found = async () => (await cache.readReply("anna", "r1")) !== undefined;
    expect(await found()).toBe(false);
    cache.replyRuns("bert", "r1");
    expect(await found()).toBe(false);
    cache.replyRuns("anna", "r1");
    expect(await found()).toBe(true);
    await client.delete("parley", "reply:anna:r1");
    expect(await found()).toBe(false);
    await write(1, 2, "Once");
    expect(await found()).toBe(false);
  });

  test("never goes back, and a later attempt starts over", async () => {
    await write(1, 7, "seven");
    await write(1, 6, "six");
    expect(await shown()).toBe("seven");
    await write(2, 1, "again");
    await write(1, 8, "eight");
    expect(await shown()).toBe("again");
  });

  test("writes at once end with the newest", async () => {
    await Promise.all(Array.from({ length: 50 }, (_, index) => write(1, index + 1, `text ${index + 1}`)));
    expect(await shown()).toBe("text 50");
  });

  test("an ended reply does not come back by a late flush, from here or elsewhere", async () => {
    await write(1, 1, "On");
    await cache.dropReply("anna", "r1");
    expect(await shown()).toBeUndefined();
    await write(1, 2, "Once");
    expect(await shown()).toBeUndefined();
    const { hostname, port } = momento;
    const worker = createCache({
      endpoint: `${hostname}:${port}`,
      cacheName: "parley",
      timeoutMillis: 1_000,
    });
    await vi.waitFor(async () => {
      expect((await worker.readConversation("nobody", "none", "conversation")).generation).toBeDefined();
    }, 5_000);
    await worker.writeReply("anna", { id: "r1" }, { attempt: 1, sequence: 3, asOf: Date.now() });
    worker.close();
    expect(await cache.readReply("anna", "r1", true)).toBeUndefined();
  });

  test("is refused to another owner, and when its envelope names another", async () => {
    await write(1, 1, "On");
    expect(await cache.readReply("bert", "r1", true)).toBeUndefined();
    const stored = (await client.get("parley", "reply:anna:r1")).value() ?? "";
    await client.set("parley", "reply:anna:r1", stored.replace('"anna"', '"bert"'));
    expect(await cache.readReply("anna", "r1", true)).toBeUndefined();
  });

  test("is refused 5 s after its flush, though a paused worker wrote it just now", async () => {
    const flushedAt = Date.now() - 5_000;
    await cache.writeReply("anna", { id: "r1" }, { attempt: 1, sequence: 1, asOf: flushedAt });
    expect(await cache.readReply("anna", "r1", true)).toBeUndefined();
    await write(1, 2, "Once");
    later(4_900);
    expect(await shown()).toBe("Once");
    later(101);
    expect(await shown()).toBeUndefined();
  });

  test("leaves Momento 5 s after its last flush", async () => {
    await write(1, 1, "On");
    const left = await client.itemGetTtl("parley", "reply:anna:r1");
    expect(left).toMatchObject({ type: "Hit" });
    expect("remainingTtlMillis" in left && left.remainingTtlMillis()).toBeLessThanOrEqual(5_000);
  });
});
