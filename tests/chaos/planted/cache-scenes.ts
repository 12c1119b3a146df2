import { setTimeout as sleep } from "node:timers/promises";
import { type Cache, createCache } from "@parley/cache/create-cache";
import type { ApiResponse } from "@parley/http/api-types";
import { startMomento } from "@parley/local/momento/start-momento";
import { listMessages } from "../../../functions/messages/list-messages.ts";
import { createClient } from "../world/client.ts";
import type { Mortal } from "../world/mortal.ts";
import { rest } from "../world/work.ts";
import { type Corner, openCorner, type World } from "../world/world.ts";

type Page = { data: { id: string }[] };

/** The newest page as an operation answers it; undefined where it refuses. */
async function readPage(corner: Corner, reader: Mortal, ownerId: string, conversationId: string) {
  const request = {
    params: { conversationId },
    query: { limit: 20, order: "desc", versions: "active", includeTotal: false },
    caller: { userId: ownerId },
    path: "/",
  };
  const read = listMessages(corner.asking(reader)) as (request: unknown) => Promise<ApiResponse>;
  const answer = await read(request).catch(() => undefined);
  return answer?.body as Page | undefined;
}

/** A cache that is connected to a stand-in of its own. */
async function withCache(work: (cache: Cache) => Promise<void>): Promise<void> {
  const momento = await startMomento({ cacheNames: ["parley"] });
  const endpoint = `${momento.hostname}:${momento.port}`;
  const cache = createCache({ endpoint, cacheName: "parley", timeoutMillis: 2_000 });
  try {
    cache.warm();
    while ((await cache.readConversation("nobody", "none", "conversation")).generation === undefined)
      await sleep(20);
    await work(cache);
  } finally {
    cache.close();
    await momento.close();
  }
}

/** Without the generation that was read first, a late reader's page passes for the newest one. */
function fillingTheNewest(cache: Cache): Cache {
  return {
    ...cache,
    async writeConversation(ownerId, conversationId, kind, _generation, value) {
      const { generation } = await cache.readConversation(ownerId, conversationId, kind);
      await cache.writeConversation(ownerId, conversationId, kind, generation, value);
    },
  };
}

function withoutOwner(cache: Cache): Cache {
  return {
    ...cache,
    readConversation: (_owner, conversationId, kind) =>
      cache.readConversation("anyone", conversationId, kind),
    writeConversation: (_owner, ...rest) => cache.writeConversation("anyone", ...rest),
  };
}

/** A reader is stopped between its query and its write to the cache, and a message is sent meanwhile. */
export function cacheRace(world: World, isPlanted: boolean): Promise<void> {
  return withCache(async (real) => {
    const corner = await openCorner(world, { cache: isPlanted ? fillingTheNewest(real) : real });
    const client = createClient(corner);
    const conversationId = await client.createConversation();
    const { ownerId } = corner;
    await readPage(corner, corner.healthy, ownerId, conversationId);
    await corner.healthy.cache.conversationChanged(ownerId, conversationId);
    const late = corner.environment({ call: 1, when: "after", how: "pause" });
    const reading = readPage(corner, late, ownerId, conversationId);
    await sleep(300);
    await client.ask(corner.healthy, conversationId);
    await reading;
    const stored = await world.rows<{ id: string }>(
      `select id from messages where conversation_id = '${conversationId}'`,
    );
    const seen = await readPage(corner, corner.healthy, ownerId, conversationId);
    if (seen?.data.length !== stored.length) {
      world.told.wrongAnswers.push({ number: 12, id: conversationId, detail: "the page misses a message" });
    }
    await rest(corner);
    await corner.close();
  });
}

/** Somebody else asks for a page that its owner has just read. */
export function foreignCachedRead(world: World, isPlanted: boolean): Promise<void> {
  return withCache(async (real) => {
    const cache = isPlanted ? withoutOwner(real) : real;
    const ada = await openCorner(world, { cache });
    const eve = await openCorner(world, { cache });
    const conversationId = await createClient(ada).createConversation();
    for (let count = 0; count < 3; count++) await readPage(ada, ada.healthy, ada.ownerId, conversationId);
    if ((await readPage(eve, eve.healthy, eve.ownerId, conversationId)) !== undefined) {
      world.told.wrongAnswers.push({ number: 11, id: conversationId, detail: "read by another user" });
    }
    await ada.close();
    await eve.close();
  });
}
