import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, open, readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Cluster, programOptions } from "./cluster.ts";
import { endPostmaster, readPostmaster } from "./leftover.ts";
import type { Place } from "./place.ts";
import { StartupError } from "./startup-error.ts";

const pollMillis = 10;
const longestLogBytes = 10_000_000;

export interface PostmasterOptions {
  readonly place: Place;
  readonly cluster: Cluster;
  readonly port: number;
  readonly durable: boolean;
  readonly logFile: string;
}

/** A running Postgres server. */
export interface RunningPostmaster {
  readonly pid: number;
  /** Settles when the process has ended, however it ended. */
  readonly ended: Promise<unknown>;
  /** A fast shutdown: open transactions are rolled back, everything committed is written. */
  stop(): Promise<void>;
}

/** Postgres reports it on its log; another port may be tried. */
export class PortInUseError extends StartupError {}

function serverArguments({ cluster, port, durable }: PostmasterOptions): string[] {
  const settings: Record<string, string> = {
    listen_addresses: "127.0.0.1",
    port: String(port),
    // The path of a socket may be 107 bytes long, and a checkout may lie deeper than that.
    unix_socket_directories: "",
    // One connection for each function environment.
    max_connections: "300",
    logging_collector: "off",
    // A failed statement's text can hold what users wrote.
    log_min_error_statement: "panic",
    log_parameter_max_length_on_error: "0",
    ...(!durable && {
      fsync: "off",
      synchronous_commit: "off",
      full_page_writes: "off",
      autovacuum: "off",
    }),
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  return ["-D", cluster.folder, ...flags];
}

async function explainExit(options: PostmasterOptions, logStart: number): Promise<StartupError> {
  const { place, cluster, port, logFile } = options;
  const log = (await readFile(logFile)).subarray(logStart).toString();
  if (/Address already in use|could not create any TCP/.test(log)) {
    return new PortInUseError(`Port ${port}, wanted for Postgres, is in use.`);
  }
  if (log.includes("No space left on device")) {
    return new StartupError(`The disk that holds ${place.folder} is full.`);
  }
  const reason = log.match(/(?:PANIC|FATAL):\s*([^\n]*)/)?.[1] ?? log.trim().split("\n")[0];
  return new StartupError(
    `Postgres does not start on the data folder ${cluster.folder}: ${reason}. More is in ${logFile}; forget the data with \`npx -y pnpm@12 dev --reset\`.`,
  );
}

async function isReady(cluster: Cluster, pid: number): Promise<boolean> {
  const postmaster = await readPostmaster(cluster.folder);
  return postmaster?.pid === pid && postmaster.status === "ready";
}

async function spawnServer(options: PostmasterOptions): Promise<{ child: ChildProcess; logStart: number }> {
  await mkdir(dirname(options.logFile), { recursive: true });
  const size = (await stat(options.logFile).catch(() => undefined))?.size ?? 0;
  const log = await open(options.logFile, size > longestLogBytes ? "w" : "a");
  try {
    const child = spawn(options.place.binaries.postgres, serverArguments(options), {
      ...programOptions(options.place),
      // A file, because a pipe would block the server when nobody reads it any more.
      stdio: ["ignore", log.fd, log.fd],
      // Ctrl-C goes to the whole process group: Postgres must outlive the functions that use it.
      detached: true,
    });
    return { child, logStart: size > longestLogBytes ? 0 : size };
  } finally {
    await log.close();
  }
}

/**
 * Starts the server of a cluster and waits until it takes connections, crash recovery included.
 * @throws PortInUseError, or StartupError with Postgres' own reason
 */
export async function startPostmaster(options: PostmasterOptions): Promise<RunningPostmaster> {
  const { child, logStart } = await spawnServer(options);
  const ended = once(child, "exit").catch(() => undefined);
  const { pid } = child;
  if (pid === undefined) {
    await ended;
    throw new StartupError(`Postgres' program ${options.place.binaries.postgres} cannot be run.`);
  }
  while (!(await isReady(options.cluster, pid))) {
    if (child.exitCode !== null || child.signalCode !== null) throw await explainExit(options, logStart);
    await delay(pollMillis);
  }
  const hasExited = (millis: number) =>
    Promise.race([ended.then(() => true), delay(millis, false, { ref: false })]);
  return {
    pid,
    ended,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) await endPostmaster(pid, hasExited);
    },
  };
}
