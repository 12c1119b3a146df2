import { createCalls } from "./calls.ts";
import { createCircuit } from "./circuit.ts";
import { createConnection } from "./connection.ts";
import { type ConversationReads, conversationReads } from "./conversation-reads.ts";
import { createFailureLog } from "./failure-log.ts";
import type { OnRead } from "./read-metrics.ts";
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
  /** How long a cache that fails is left alone before it is tried again. */
  readonly retryMillis?: number;
  readonly logger?: { warn(message: string, details: Record<string, string>): void };
  readonly onRead?: OnRead;
  /** Told about every call that failed or took too long. */
  readonly onFailure?: () => void;
}

const failuresToOpen = 5;
/** Momento's code. */
const keyRefused = "AUTHENTICATION_ERROR";

/** The cache, or one that holds nothing if neither key nor endpoint is configured. */
export function createCache(options: CacheOptions): Cache {
  const { cacheName, timeoutMillis = 50, retryMillis = 5_000, onRead = () => {} } = options;
  let apiKey = options.apiKey || undefined;
  const endpoint = options.endpoint || undefined;
  if (apiKey === undefined && endpoint === undefined) return emptyCache;
  const log = createFailureLog({ warn: (message, details) => options.logger?.warn(message, details) });
  const onFailure = (error: unknown) => {
    log.failed(error);
    options.onFailure?.();
    if (error instanceof StoreError && error.code === keyRefused) void renewKey();
  };
  const connection = createConnection({
    connect: async () => (await import("./momento-store.ts")).connectMomento({ apiKey, endpoint, cacheName }),
    onFailure,
    retryMillis,
  });
  const circuit = createCircuit({ failuresToOpen, openMillis: retryMillis });
  const calls = createCalls({ connection, circuit, timeoutMillis, onFailure, onSuccess: log.succeeded });

  async function renewKey(): Promise<void> {
    const renewed = await options.renewKey?.().catch(() => undefined);
    if (renewed === undefined || renewed === apiKey) return;
    apiKey = renewed;
    connection.restart();
  }

  return {
    ...conversationReads(calls, onRead),
    ...replyReads(calls, onRead),
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
  replyRuns() {},
  dropReply: async () => {},
};
