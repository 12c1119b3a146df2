import {
  CacheClient,
  CacheGetBatch,
  CacheGetResponse,
  Configurations,
  CredentialProvider,
  NoopMomentoLoggerFactory,
} from "@gomomento/sdk";
import { type Store, StoreError } from "./store.ts";

export interface MomentoOptions {
  readonly apiKey: string | undefined;
  /** Without a key: `host:port` of a stand-in. With a key: the service endpoint that current (v2) keys need. */
  readonly endpoint: string | undefined;
  readonly cacheName: string;
}

const connectSeconds = 5;
const defaultTtlSeconds = 60;

/**
 * Connects to Momento. This file is the only one that loads the SDK (140 ms), so import it dynamically.
 * Rejects if the key is malformed or Momento cannot be reached within 5 s.
 */
export async function connectMomento(options: MomentoOptions): Promise<Store> {
  const client = await CacheClient.create({
    // The SDK's own log lines go to the console in its own format and carry key names.
    configuration: Configurations.Lambda.latest(new NoopMomentoLoggerFactory()),
    credentialProvider: credentials(options),
    defaultTtlSeconds,
    eagerConnectTimeout: connectSeconds,
  });
  return storeOver(client, options.cacheName);
}

function credentials({ apiKey, endpoint }: MomentoOptions): CredentialProvider {
  if (apiKey === undefined) return localCredentials(endpoint ?? "");
  if (endpoint !== undefined) return CredentialProvider.fromApiKeyV2({ apiKey, endpoint });
  // Keys of the first kind carry their endpoint, and this is the only way to use one.
  return CredentialProvider.fromString({ apiKey });
}

function localCredentials(endpoint: string): CredentialProvider {
  const { hostname, port } = new URL(`http://${endpoint}`);
  return CredentialProvider.forMomentoLocal({ hostname, port: Number(port) });
}

function storeOver(client: CacheClient, cacheName: string): Store {
  return {
    async getMany(keys, abortSignal) {
      const response = accepted(await client.getBatch(cacheName, [...keys], { abortSignal }));
      if (!(response instanceof CacheGetBatch.Success)) throw new StoreError("UNKNOWN");
      return response.results().map((result) => {
        if (result.type === CacheGetResponse.Error) throw new StoreError(result.errorCode());
        return result.value();
      });
    },
    async set(key, value, ttl) {
      accepted(await client.set(cacheName, key, value, { ttl }));
    },
    async setIfAbsent(key, value, ttl) {
      accepted(await client.setIfAbsent(cacheName, key, value, { ttl }));
    },
    async setUnless(barrier, key, value, ttl) {
      accepted(await client.setIfNotEqual(cacheName, key, value, barrier, { ttl }));
    },
    async increment(key, amount, ttl) {
      accepted(await client.increment(cacheName, key, amount, { ttl }));
    },
    async remove(key) {
      accepted(await client.delete(cacheName, key));
    },
    close() {
      client.close();
    },
  };
}

/** The SDK answers errors instead of throwing them. */
function accepted<T extends object>(response: T): T {
  if ("errorCode" in response && typeof response.errorCode === "function") {
    throw new StoreError(String(response.errorCode()));
  }
  return response;
}
