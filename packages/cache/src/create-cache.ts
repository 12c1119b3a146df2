import { createCalls } from "./calls.ts";
import { createCircuit } from "./circuit.ts";
import { createConnection } from "./connection.ts";
import { type ConversationKind, type ConversationReads, conversationReads } from "./conversation-reads.ts";
import { type ReplyReads, replyReads } from "./reply-reads.ts";
import { StoreError } from "./store.ts";

/** Reads kept in Momento: never truth, never an authorization. Nothing here rejects, whatever Momento does. */
export interface Cache extends ConversationReads, ReplyReads {
  /** Starts loading the SDK and connecting, beside whatever the caller does next. */
  warm(): void;
  /** Lets the process end; the cache then misses. */
  close(): void;
}

export interface CacheOptions {
  readonly apiKey?: string | undefined;
  /** The key as it is now, asked for when Momento refuses the one in use: it may have been rotated. */
  readonly renewKey?: () => Promise<string | undefined>;
  /** `host:port` of a stand-in, or with a key of the second kind Momento's service endpoint. */
  readonly endpoint?: string | undefined;
  readonly cacheName: string;
  /** No caller ever waits longer than this for one call. */
  readonly timeoutMillis?: number;
  readonly logger?: { warn(message: string, details: Record<string, string>): void };
  /** Told about every read: what for, whether it was served, and how long it took. */
  readonly onRead?: (kind: ConversationKind | "reply", hit: boolean, millis: number) => void;
}

const failuresToOpen = 5;
const openMillis = 5_000;
const warnEveryMillis = 60_000;
/** Momento's code. */
const keyRefused = "AUTHENTICATION_ERROR";

/** The cache, or one that holds nothing if neither key nor endpoint is configured. */
export function createCache(options: CacheOptions): Cache {
  const { cacheName, timeoutMillis = 50 } = options;
  let apiKey = options.apiKey || undefined;
  const endpoint = options.endpoint || undefined;
  if (apiKey === undefined && endpoint === undefined) return emptyCache;
  const warn = warner(options);
  const onFailure = (error: unknown) => {
    warn(error);
    if (error instanceof StoreError && error.code === keyRefused) void renewKey();
  };
  const connection = createConnection({
    connect: async () => (await import("./momento-store.ts")).connectMomento({ apiKey, endpoint, cacheName }),
    onFailure,
    retryMillis: openMillis,
  });
  const circuit = createCircuit({ failuresToOpen, openMillis });
  const calls = createCalls({ connection, circuit, timeoutMillis, onFailure });

  async function renewKey(): Promise<void> {
    const renewed = await options.renewKey?.().catch(() => undefined);
    if (renewed === undefined || renewed === apiKey) return;
    apiKey = renewed;
    connection.restart();
  }

  return {
    ...observed({ ...conversationReads(calls), ...replyReads(calls) }, options),
    warm() {
      connection.current();
    },
    close() {
      connection.close();
    },
  };
}

const emptyCache: Cache = {
  warm() {},
  close() {},
  readConversation: async () => ({ generation: undefined, value: undefined }),
  writeConversation: async () => {},
  conversationChanged: async () => {},
  forgetConversation: async () => {},
  writeReply: async () => {},
  readReply: async () => undefined,
  dropReply: async () => {},
};

/** Keys and values stay out of the log: the code says what to look for. */
function warner({ logger }: CacheOptions): (error: unknown) => void {
  let warnedAt = Number.NEGATIVE_INFINITY;
  return (error) => {
    if (performance.now() - warnedAt < warnEveryMillis) return;
    warnedAt = performance.now();
    const code = error instanceof StoreError ? error.code : errorName(error);
    logger?.warn("the cache is not answering; reads go to the database", { code });
  };
}

function errorName(error: unknown): string {
  return error instanceof Error ? error.constructor.name : typeof error;
}

function observed(
  reads: ConversationReads & ReplyReads,
  { onRead }: CacheOptions,
): ConversationReads & ReplyReads {
  if (onRead === undefined) return reads;
  return {
    ...reads,
    async readConversation<T>(ownerId: string, conversationId: string, kind: ConversationKind) {
      const start = performance.now();
      const read = await reads.readConversation<T>(ownerId, conversationId, kind);
      onRead(kind, read.value !== undefined, performance.now() - start);
      return read;
    },
    async readReply<T>(ownerId: string, replyId: string) {
      const start = performance.now();
      const read = await reads.readReply<T>(ownerId, replyId);
      onRead("reply", read !== undefined, performance.now() - start);
      return read;
    },
  };
}
