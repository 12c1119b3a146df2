import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type LocalPostgres, startPostgres } from "@parley/embedded-postgres/start-postgres";
import { throwAwayFolder } from "@parley/embedded-postgres/throw-away";
import { createFunctionLog } from "@parley/local/function-log";
import { readSettings } from "@parley/local/settings";
import { type Stack, type StackOptions, startStack } from "@parley/local/stack";
import { inFlight } from "../invariants/in-flight.ts";
import type { Told } from "../invariants/told.ts";
import type { Random } from "../random.ts";
import { type FaultModel, startFaultModel } from "./fault-model.ts";
import { type QueueProxy, startQueueProxy } from "./queue-proxy.ts";
import { startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";

/** The whole local stack, with something that can be broken at each of its joints. */
export interface ChaosStack {
  readonly stack: Stack;
  readonly postgres: LocalPostgres;
  /** Straight to Postgres. */
  readonly databaseUrl: string;
  readonly databaseWire: TcpProxy;
  readonly queueProxy: QueueProxy;
  readonly cacheWire: TcpProxy;
  readonly model: FaultModel;
  readonly logFile: string;
  /** Lines of the functions that hold the text. */
  countLogged(text: string): number;
  close(): Promise<void>;
}

/** Design values are 30, 45, 30 and 600 s; a run has no time for them. */
export const quick = { leaseSeconds: 3, checkSeconds: 5, patienceSeconds: 3, deadlineSeconds: 60 };

const deployment = {
  PORT: "0",
  DEFAULT_MODEL: "openai/chaos",
  SEND_RATE_PER_SECOND: "0",
  SEND_RATE_PER_MINUTE: "0",
  MAX_WAITING_POLLS: "0",
  MAX_RUNNING_REPLIES: String(inFlight.running),
  MAX_WAITING_REPLIES: String(inFlight.waiting),
  API_RATE_PER_SECOND: "0",
  // More than is spent: what is counted of it is checked.
  DOLLARS_PER_DAY: "1000000",
  NEW_USER_TOKENS: "1000000",
  REPLY_LEASE_SECONDS: String(quick.leaseSeconds),
  REPLY_CHECK_SECONDS: String(quick.checkSeconds),
  REPLY_PATIENCE_SECONDS: String(quick.patienceSeconds),
  REPLY_DEADLINE_SECONDS: String(quick.deadlineSeconds),
};

export interface ChaosOptions {
  readonly random: Random;
  readonly told: Told;
  /** Text that must never be logged. */
  readonly canaries: readonly string[];
  readonly openaiKey: string;
  /** Environments of the reply worker at most. */
  readonly maximumWorkers?: number;
  /** Whether there is a provider, `stored`, that answers in the background. */
  readonly hasStoredAnswers?: boolean;
  /** What another release brings along. */
  readonly release?: Pick<StackOptions, "entryOf" | "migrate">;
}

function port(url: string): number {
  return Number(new URL(url).port);
}

/** Starts it all on free ports and a throw-away folder. Committed data survives a crash of Postgres. */
export async function startChaosStack(options: ChaosOptions): Promise<ChaosStack> {
  const { random, told } = options;
  const dataDir = await throwAwayFolder();
  const log = createFunctionLog(dataDir);
  await using started = new AsyncDisposableStack();
  started.defer(() => rm(dataDir, { recursive: true, force: true }));
  started.defer(() => log.close());
  const postgres = await startPostgres({ dataDir: join(dataDir, "database") });
  started.defer(() => postgres.stop());
  const databaseWire = await startTcpProxy(postgres.port);
  started.defer(() => databaseWire.close());
  const model = await startFaultModel(random.fork(), (marker) => {
    told.calls.set(marker, (told.calls.get(marker) ?? 0) + 1);
  });
  started.defer(() => model.close());

  let queueProxy: QueueProxy | undefined;
  let cacheWire: TcpProxy | undefined;
  const logged = new Map<string, number>(options.canaries.map((text) => [text, 0]));
  const stack = await startStack({
    settings: readSettings({
      ...deployment,
      DATA_DIR: dataDir,
      DATABASE_URL: postgres.url.replace(String(port(postgres.url)), String(databaseWire.port)),
      OPENAI_BASE_URL: model.baseUrl,
      OPENAI_API_KEY: options.openaiKey,
      ...(options.hasStoredAnswers && {
        PROVIDERS: JSON.stringify([
          { name: "stored", kind: "openai", baseUrl: model.baseUrl, runsInBackground: true },
        ]),
      }),
    }),
    ...(options.maximumWorkers !== undefined && { maximumWorkers: options.maximumWorkers }),
    ...options.release,
    reroute: async (service, target) => {
      if (service === "queue") {
        queueProxy = await startQueueProxy(target, random.fork(), (id) => told.deadLetters.add(id));
        return queueProxy.port;
      }
      cacheWire = await startTcpProxy(target);
      return cacheWire.port;
    },
    onLog: (name, line) => {
      log.write(name, line);
      for (const [text, count] of logged) if (line.includes(text)) logged.set(text, count + 1);
    },
  });
  started.defer(() => stack.close());
  if (queueProxy === undefined || cacheWire === undefined) throw new Error("the stack was not rerouted");
  const everything = started.move();
  const ends = [queueProxy, cacheWire];
  return {
    stack,
    postgres,
    databaseUrl: postgres.url,
    databaseWire,
    queueProxy,
    cacheWire,
    model,
    logFile: log.file,
    countLogged: (text) => logged.get(text) ?? 0,
    async close() {
      await everything.disposeAsync();
      for (const end of ends) await end.close();
    },
  };
}
