import { type Cache, createCache } from "@parley/cache/create-cache";
import { createCacheMetrics } from "@parley/cache/read-metrics";
import { logger } from "@parley/runtime/logger";
import { loadSecrets, refreshSecrets } from "@parley/runtime/secrets";
import { tracedCache } from "./traced-cache.ts";

/** The deployment's cache, or one that holds nothing where there is no key. Nothing is loaded before its first use. */
export async function openCache(settings: {
  MOMENTO_CACHE_NAME: string;
  MOMENTO_ENDPOINT?: string | undefined;
}): Promise<Cache> {
  const { momentoApiKey } = await loadSecrets();
  const endpoint = settings.MOMENTO_ENDPOINT;
  const cache = createCache({
    apiKey: momentoApiKey,
    endpoint,
    cacheName: settings.MOMENTO_CACHE_NAME,
    logger,
    ...createCacheMetrics(),
    async renewKey() {
      await refreshSecrets();
      return (await loadSecrets()).momentoApiKey;
    },
  });
  return momentoApiKey || endpoint ? tracedCache(cache) : cache;
}
