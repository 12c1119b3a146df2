import type { Cache } from "@parley/cache/create-cache";
import { cacheSpan } from "@parley/runtime/span-kinds";
import { traced } from "@parley/runtime/tracer";

const spanned = <T>(name: string, call: () => Promise<T>) => traced(`cache ${name}`, call, cacheSpan);

/** The same cache, with a tracing span around each use that somebody may wait for. */
export function tracedCache(cache: Cache): Cache {
  return {
    ...cache,
    readConversation: (...given) => spanned("read conversation", () => cache.readConversation(...given)),
    writeConversation: (...given) => spanned("write conversation", () => cache.writeConversation(...given)),
    conversationChanged: (...given) =>
      spanned("drop conversation", () => cache.conversationChanged(...given)),
    forgetConversation: (...given) =>
      spanned("forget conversation", () => cache.forgetConversation(...given)),
    readReply: (...given) => spanned("read reply", () => cache.readReply(...given)),
    writeReply: (...given) => spanned("write reply", () => cache.writeReply(...given)),
    dropReply: (...given) => spanned("drop reply", () => cache.dropReply(...given)),
  };
}
