import { expect, test, vi } from "vitest";
import { createCache } from "./create-cache.ts";
import { type Store, StoreError } from "./store.ts";

const connections: (string | undefined)[] = [];
let accepted = "";

// Momento itself takes keys over TLS at its own addresses only.
vi.mock("./momento-store.ts", () => ({
  connectMomento: async ({ apiKey }: { apiKey: string | undefined }): Promise<Partial<Store>> => {
    connections.push(apiKey);
    return {
      getMany: async (keys) => {
        if (apiKey !== accepted) throw new StoreError("AUTHENTICATION_ERROR");
        return keys.map(() => undefined);
      },
      setIfAbsent: async () => {},
      close: () => {},
    };
  },
}));

test("a key that Momento refuses is asked for again, and the next reads use it", async () => {
  let present = "old";
  const warn = vi.fn();
  const cache = createCache({
    apiKey: present,
    cacheName: "parley",
    logger: { warn },
    renewKey: async () => present,
  });
  const isAnswering = async () =>
    (await cache.readReply("ada", "r", true)) === undefined && connections.at(-1) === accepted;
  accepted = "old";
  await vi.waitFor(async () => expect(await isAnswering()).toBe(true));
  accepted = "new";
  // Still the old one: nothing is connected anew.
  await cache.readReply("ada", "r", true);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(connections).toEqual(["old"]);
  present = "new";
  await cache.readReply("ada", "r", true);
  await vi.waitFor(() => expect(connections).toEqual(["old", "new"]));
  warn.mockClear();
  await cache.readReply("ada", "r", true);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(connections).toEqual(["old", "new"]);
  cache.close();
});
