import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";

/** A program of the benchmark in a process of its own, so that it does not share a thread with what measures it. */
export interface Child<Ready> {
  /** What the program said of itself when it was ready. */
  readonly ready: Ready;
  readonly pid: number;
  /** Lets it end by itself. */
  close(): Promise<void>;
}

/**
 * Starts a program that calls `process.send` once it is ready and ends on `disconnect`.
 * @param options.isQuiet what it writes, such as the log lines of functions, is thrown away
 * @throws Error when it ends before it is ready
 */
export async function startChild<Ready>(
  program: URL,
  environment: Readonly<Record<string, string>> = {},
  { isQuiet = false } = {},
): Promise<Child<Ready>> {
  const child = fork(program, {
    env: { ...process.env, ...environment },
    stdio: ["ignore", isQuiet ? "ignore" : "inherit", "inherit", "ipc"],
    execArgv: [
      "--disable-warning=ExperimentalWarning",
      ...(environment.BENCH_NODE_OPTIONS?.split(" ") ?? []),
    ],
  });
  const ready = await firstMessage<Ready>(child, program);
  return {
    ready,
    pid: child.pid ?? 0,
    close: async () => {
      if (child.exitCode !== null) return;
      const ended = once(child, "exit");
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

function firstMessage<Ready>(child: ChildProcess, program: URL): Promise<Ready> {
  return new Promise((resolve, reject) => {
    child.once("message", (message) => resolve(message as Ready));
    child.once("exit", (code) => reject(new Error(`${program.pathname} ended with ${code}.`)));
  });
}

async function parentsOf(): Promise<Map<number, number>> {
  const parents = new Map<number, number>();
  for (const name of await readdir("/proc")) {
    const stat = /^\d+$/.test(name) ? await readFile(`/proc/${name}/stat`, "utf8").catch(() => "") : "";
    const parent = /^\d+ \(.*\) \S (\d+)/s.exec(stat)?.[1];
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  return parents;
}

/** A page that several processes share counts in parts for each of them: their sum is what the machine gives. */
async function proportionalBytes(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, "utf8").catch(() => "");
  return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) * 1024;
}

/** Memory of a process and all that it started, Postgres aside; 0 where there is no `/proc`. */
export async function treeBytes(pid: number): Promise<number> {
  if (process.platform !== "linux") return 0;
  const parents = await parentsOf();
  const tree = new Set([pid]);
  for (const member of tree) {
    for (const [process, parent] of parents) if (parent === member) tree.add(process);
  }
  let sum = 0;
  for (const member of tree) {
    const name = await readFile(`/proc/${member}/comm`, "utf8").catch(() => "");
    // The same server serves everything that is measured.
    if (!name.startsWith("postgres")) sum += await proportionalBytes(member);
  }
  return sum;
}
