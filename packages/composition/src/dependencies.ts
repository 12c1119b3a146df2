import type { Cache } from "@parley/cache/create-cache";
import type { Database } from "@parley/data/database";
import { createReplyQueue, type ReplyQueue } from "@parley/jobs/reply-queue";
import type { Realtime } from "@parley/realtime/create-realtime";
import { openCache } from "./open-cache.ts";
import { openDeploymentDatabase } from "./open-deployment-database.ts";
import { openRealtime } from "./open-realtime.ts";
import { tracedDatabase } from "./traced-database.ts";

/** What operations work with; made once per environment. */
export interface Dependencies {
  database: Database;
  cache: Cache;
  queue: Pick<ReplyQueue, "enqueueReply" | "warm">;
  realtime: Pick<Realtime, "announce" | "dismiss">;
}

interface DependenciesSettings {
  QUEUE_URL: string;
  REPLY_CHECK_SECONDS: number;
  MOMENTO_CACHE_NAME: string;
  MOMENTO_ENDPOINT?: string | undefined;
  WEBSOCKET_CALLBACK_URL?: string | undefined;
}

/**
 * Nothing is connected yet, but for the cache, whose client starts to load beside the first request.
 * @throws when the secrets cannot be read or do not name the database.
 */
export async function openDependencies(settings: DependenciesSettings): Promise<Dependencies> {
  const cache = await openCache(settings);
  cache.warm();
  const database = tracedDatabase(await openDeploymentDatabase());
  return {
    database,
    cache,
    queue: createReplyQueue(settings.QUEUE_URL, settings.REPLY_CHECK_SECONDS),
    realtime: openRealtime(settings, database),
  };
}
