import { once } from "node:events";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { administer } from "./administer.ts";
import { type Cluster, openCluster, superuser } from "./cluster.ts";
import { clearLeftover } from "./leftover.ts";
import { choosePlace, type Place } from "./place.ts";
import {
  PortInUseError,
  type PostmasterOptions,
  type RunningPostmaster,
  startPostmaster,
} from "./postmaster.ts";
import { explainFileError } from "./startup-error.ts";

const databaseName = "parley";
const portAttempts = 5;
const restartsPerMinute = 5;

export interface PostgresOptions {
  /** The stack's data folder, created when missing. */
  readonly dataDir: string;
  /** 0, the default, takes a free port. */
  readonly port?: number;
  /** False for throw-away clusters: faster, and a crash of the machine may lose everything. */
  readonly durable?: boolean;
  readonly onProgress?: (line: string) => void;
}

export interface LocalPostgres {
  /** Of the database `parley`, as its owner. */
  readonly url: string;
  readonly port: number;
  /** Where the data lies: not in the data folder when the account that Postgres runs under cannot get there. */
  readonly folder: string;
  readonly logFile: string;
  /** The server's process now; another one after a crash. */
  readonly pid: number;
  /** Stops the server for that long and starts it again on its port: for tests of an outage. */
  outage(millis: number): Promise<void>;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function startOnFreePort(options: Omit<PostmasterOptions, "port">) {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    try {
      return { port, server: await startPostmaster({ ...options, port }) };
    } catch (error) {
      // Another program may take the port in between.
      if (!(error instanceof PortInUseError) || attempt === portAttempts) throw error;
    }
  }
}

async function createDatabase(url: string): Promise<void> {
  const existing = await administer(url, `select 1 from pg_database where datname = '${databaseName}'`);
  if (existing.length === 0) await administer(url, `create database ${databaseName}`);
}

/** Starts the server again on the same port whenever it ends by itself, until `stop`. */
function supervise(
  first: RunningPostmaster,
  start: () => Promise<RunningPostmaster>,
  onProgress: (line: string) => void,
) {
  let server = first;
  let isStopping = false;
  let restarting: Promise<void> | undefined;
  let restarts: number[] = [];

  async function restart(): Promise<void> {
    restarts = [...restarts.filter((time) => time > Date.now() - 60_000), Date.now()];
    if (restarts.length > restartsPerMinute)
      return onProgress("Postgres keeps ending; it is not started again");
    onProgress("Postgres ended unexpectedly; starting it again");
    // The backends of a killed server need a moment to notice and let go of its memory.
    while (!isStopping) {
      try {
        server = await start();
        return watch();
      } catch (error) {
        onProgress(error instanceof Error ? error.message : String(error));
        await delay(500);
      }
    }
  }

  function watch(): void {
    server.ended.then(() => {
      if (!isStopping) restarting = restart();
    });
  }

  watch();
  return {
    pid: () => server.pid,
    outage: async (millis: number) => {
      isStopping = true;
      await server.stop();
      await delay(millis);
      server = await start();
      isStopping = false;
      watch();
    },
    stop: async () => {
      isStopping = true;
      await restarting;
      await server.stop();
    },
  };
}

async function open(options: PostgresOptions): Promise<{ place: Place; cluster: Cluster }> {
  const dataDir = resolve(options.dataDir);
  const onProgress = options.onProgress ?? (() => {});
  try {
    const place = await choosePlace(dataDir);
    if (place.folder !== dataDir) {
      onProgress(`Keeping the database in ${place.folder}: ${place.user?.name} cannot use ${dataDir}`);
    }
    const cluster = await openCluster(place, onProgress);
    await clearLeftover(cluster.folder, onProgress);
    return { place, cluster };
  } catch (error) {
    throw explainFileError(error, dataDir);
  }
}

/**
 * Starts a real Postgres on a data folder: creates the cluster the first time, takes down what a killed stack left
 * running, recovers after a crash, and starts the server again when it ends by itself. It listens on 127.0.0.1 only.
 * @throws StartupError with one sentence for the user
 */
export async function startPostgres(options: PostgresOptions): Promise<LocalPostgres> {
  const { port: wantedPort = 0, durable = true, onProgress = () => {} } = options;
  const { place, cluster } = await open(options);
  const logFile = join(resolve(options.dataDir), "logs", "postgres.log");
  const settings = { place, cluster, durable, logFile };
  const { port, server } =
    wantedPort === 0
      ? await startOnFreePort(settings)
      : { port: wantedPort, server: await startPostmaster({ ...settings, port: wantedPort }) };

  const startAgain = async () => {
    await clearLeftover(cluster.folder, onProgress);
    return startPostmaster({ ...settings, port });
  };
  const supervised = supervise(server, startAgain, onProgress);
  const url = `postgres://${superuser}:${cluster.password}@127.0.0.1:${port}/${databaseName}`;
  try {
    await createDatabase(url);
  } catch (error) {
    await supervised.stop();
    throw error;
  }
  return {
    url,
    port,
    folder: cluster.folder,
    logFile,
    get pid() {
      return supervised.pid();
    },
    outage: supervised.outage,
    stop: supervised.stop,
  };
}
