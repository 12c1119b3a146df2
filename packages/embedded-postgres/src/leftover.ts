import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { commandOf, isAlive } from "./process-identity.ts";
import { StartupError } from "./startup-error.ts";

const pollMillis = 20;

/** The lines of `postmaster.pid` that matter here. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  /** `starting`, `ready`, `stopping` … */
  readonly status: string;
}

/** What the cluster's own file says of the server that runs it, or ran it last. */
export async function readPostmaster(folder: string): Promise<Postmaster | undefined> {
  const text = await readFile(join(folder, "postmaster.pid"), "utf8").catch(() => "");
  const lines = text.split("\n");
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 1) return undefined;
  return { pid, port: Number(lines[3]), status: (lines[7] ?? "").trim() };
}

/** A process id is used again after a restart of the machine: is this one really the server of the folder? */
function isServerOf(folder: string, pid: number): boolean {
  if (!isAlive(pid)) return false;
  if (process.platform !== "linux") return true;
  return commandOf(pid).split("\0").includes(folder);
}

async function hasEnded(pid: number, millis: number): Promise<boolean> {
  for (let waited = 0; waited < millis; waited += pollMillis) {
    if (!isAlive(pid)) return true;
    await delay(pollMillis);
  }
  return !isAlive(pid);
}

/**
 * Ends a server: first a fast shutdown, which writes a checkpoint, then an immediate one, then by force. The last two
 * cost a crash recovery at the next start and no committed transaction.
 */
export async function endPostmaster(
  pid: number,
  hasExited = (millis: number) => hasEnded(pid, millis),
): Promise<void> {
  const steps = [
    ["SIGINT", 15_000],
    ["SIGQUIT", 5_000],
    ["SIGKILL", 5_000],
  ] as const;
  for (const [signal, patienceMillis] of steps) {
    try {
      process.kill(pid, signal);
      // A stopped process (SIGSTOP) would take no notice of a shutdown.
      process.kill(pid, "SIGCONT");
    } catch {
      return;
    }
    if (await hasExited(patienceMillis)) return;
  }
  throw new StartupError(`The Postgres process ${pid} cannot be ended.`);
}

/** Takes down the server that a killed stack left running on this cluster, and its stale `postmaster.pid`. */
export async function clearLeftover(folder: string, onProgress: (line: string) => void): Promise<void> {
  const leftover = await readPostmaster(folder);
  if (leftover === undefined) return;
  if (isServerOf(folder, leftover.pid)) {
    onProgress(`Ending the Postgres that an earlier run left behind (process ${leftover.pid})`);
    await endPostmaster(leftover.pid);
  }
  await rm(join(folder, "postmaster.pid"), { force: true });
}
