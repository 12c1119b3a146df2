import { cache, control, ping } from "@gomomento/generated-types";
import { logVerbosity, Server, ServerCredentials, setLogVerbosity } from "@grpc/grpc-js";
import type { Pace } from "./answer.ts";
import { createCaches, type MomentoLimits } from "./caches.ts";
import { controlService, pingService } from "./control-service.ts";
import { dataService } from "./data-service.ts";

export interface MomentoOptions {
  readonly host?: string;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** Caches that exist from the start; calls to any other are NOT_FOUND, as at Momento. */
  readonly cacheNames: readonly string[];
  readonly limits?: Partial<MomentoLimits>;
}

export interface RunningMomento {
  readonly hostname: string;
  readonly port: number;
  /** Holds every answer back by that long, from the next call on. */
  setDelay(millis: number): void;
  /** Refuses what is above it with a rate limit error; infinity lets all pass. */
  setCallsPerSecond(maximum: number): void;
  /** Cuts every connection; what was cached is gone. */
  close(): Promise<void>;
}

const defaultLimits: MomentoLimits = {
  maxCacheBytes: 64 * 1024 * 1024,
  maxItemBytes: 1024 * 1024,
  maxCallsPerSecond: Number.POSITIVE_INFINITY,
};
// The SDK may send 10 MB; gRPC's own default of 4 MB would answer before our item limit can.
const maxMessageBytes = 10 * 1024 * 1024;

/**
 * Momento's gRPC services on one port of this machine, for `CredentialProvider.forMomentoLocal({ hostname, port })`.
 * Rejects if the port is taken.
 */
export async function startMomento(options: MomentoOptions): Promise<RunningMomento> {
  const { host = "127.0.0.1", port = 0, cacheNames, limits } = options;
  // What the library logs is also thrown.
  setLogVerbosity(logVerbosity.NONE);
  const pace: Pace = { delayMillis: 0 };
  const present = { ...defaultLimits, ...limits };
  const caches = createCaches(cacheNames, present);
  const server = new Server({
    "grpc.max_receive_message_length": maxMessageBytes,
    "grpc.so_reuseport": 0,
    // Statistics of every call, which nobody asks for.
    "grpc.enable_channelz": 0,
  });
  server.addService(cache.cache_client.UnimplementedScsService.definition, dataService(caches, pace));
  server.addService(
    control.control_client.UnimplementedScsControlService.definition,
    controlService(caches, pace),
  );
  server.addService(ping.cache_client.UnimplementedPingService.definition, pingService(pace));
  const boundPort = await bind(server, `${host}:${port}`);
  return {
    hostname: host,
    port: boundPort,
    setDelay(millis) {
      pace.delayMillis = millis;
    },
    setCallsPerSecond(maximum) {
      present.maxCallsPerSecond = maximum;
    },
    async close() {
      server.forceShutdown();
    },
  };
}

function bind(server: Server, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port);
      else reject(error);
    });
  });
}
