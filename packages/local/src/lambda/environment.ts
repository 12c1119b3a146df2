import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { environmentVariables } from "./environment-variables.ts";
import { readLines } from "./lines.ts";
import type { EnvironmentMessage, FunctionError, Invocation, InvocationRequest } from "./protocol.ts";

const bootstrapSource = new URL("./bootstrap.ts", import.meta.url);
// Lambda's own limit is 10 s; a laptop that starts ten at once takes its time.
const initMillis = 60_000;
const endMillis = 2_000;
// A send leaves 330 KB of garbage. With 4 MB the collector runs at every eighth, and what is still in use then grows old
// before its time: a fifth of the function's processor time. More than 16 MB gives nothing for its memory.
const youngMegabytes = 16;
// Lambda leaves the rest to what is outside of the heap.
const heapShare = 0.9;

export interface EnvironmentOptions {
  readonly name: string;
  /** The module that exports `handler`. */
  readonly entry: URL;
  /** The built `bootstrap.ts`, which begins sooner than the source. */
  readonly bootstrap?: URL;
  /** What the function gets beyond Lambda's own variables. */
  readonly environment: Readonly<Record<string, string>>;
  readonly memoryMegabytes?: number;
  readonly timeoutMillis: number;
  /** Each line that the function writes. */
  readonly onLog: (line: string) => void;
}

/** One child process that runs one request at a time and keeps its module state in between. */
export interface Environment {
  readonly pid: number | undefined;
  /** Undefined when the function is ready; otherwise why it cannot be. */
  readonly started: Promise<FunctionError | undefined>;
  readonly ended: Promise<void>;
  /** Never rejects. Only one at a time. */
  invoke(event: unknown): Promise<Invocation>;
  end(): Promise<void>;
}

interface Running {
  readonly requestId: string;
  readonly settle: (outcome: Invocation) => void;
}

function describeExit(child: ChildProcess): string {
  return child.signalCode === null ? `exit status ${child.exitCode}` : `signal: ${child.signalCode}`;
}

function forkBootstrap({
  name,
  entry,
  bootstrap = bootstrapSource,
  environment,
  memoryMegabytes = 512,
  onLog,
}: EnvironmentOptions): ChildProcess {
  const identity = { name, memoryMegabytes, logStreamName: randomUUID() };
  const child = fork(fileURLToPath(bootstrap), [entry.href], {
    env: environmentVariables(identity, environment),
    execArgv: [
      "--disable-warning=ExperimentalWarning",
      `--max-semi-space-size=${youngMegabytes}`,
      `--max-old-space-size=${Math.floor(memoryMegabytes * heapShare)}`,
    ],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    // Ctrl-C goes to the whole process group: running requests are to finish first.
    detached: true,
  });
  if (child.stdout !== null) readLines(child.stdout, onLog);
  if (child.stderr !== null) readLines(child.stderr, onLog);
  return child;
}

function watchStart(child: ChildProcess, ended: Promise<void>): Promise<FunctionError | undefined> {
  return new Promise((resolve) => {
    const fail = (errorType: string, errorMessage: string) => resolve({ errorType, errorMessage });
    const timer = setTimeout(() => {
      fail("Sandbox.Timedout", `it was not ready within ${initMillis / 1000} seconds`);
      child.kill("SIGKILL");
    }, initMillis);
    child.on("message", (message: EnvironmentMessage) => {
      if (message.kind === "ready") resolve(undefined);
      if (message.kind === "init-failed") resolve(message.error);
      clearTimeout(timer);
    });
    ended.then(() => {
      fail("Runtime.ExitError", `it ended while starting (${describeExit(child)})`);
      clearTimeout(timer);
    });
  });
}

/** Starts an environment; it ends with this process, even when this one is killed. */
export function startEnvironment(options: EnvironmentOptions): Environment {
  const { timeoutMillis } = options;
  const child = forkBootstrap(options);
  let running: Running | undefined;

  const settle = (outcome: Invocation) => {
    const { settle: resolve } = running ?? {};
    running = undefined;
    resolve?.(outcome);
  };
  const fail = (errorType: string, reason: string) =>
    settle({
      functionError: { errorType, errorMessage: `RequestId: ${running?.requestId} Error: ${reason}` },
    });

  const ended = new Promise<void>((resolve) => {
    child.on("exit", () => resolve());
    // Without a process, for example when the system's limit is reached, there is no exit.
    child.on("error", () => child.pid === undefined && resolve());
  });
  ended.then(() => fail("Runtime.ExitError", `Runtime exited with error: ${describeExit(child)}`));
  child.on("message", (message: EnvironmentMessage) => {
    if (message.kind === "done" && message.requestId === running?.requestId) settle(message.outcome);
  });

  return {
    pid: child.pid,
    started: watchStart(child, ended),
    ended,
    invoke: (event) =>
      new Promise((resolve) => {
        const requestId = randomUUID();
        const timer = setTimeout(() => {
          fail("Sandbox.Timedout", `Task timed out after ${(timeoutMillis / 1000).toFixed(2)} seconds`);
          child.kill("SIGKILL");
        }, timeoutMillis);
        running = {
          requestId,
          settle: (outcome) => {
            clearTimeout(timer);
            resolve(outcome);
          },
        };
        const request: InvocationRequest = { requestId, event, deadline: Date.now() + timeoutMillis };
        // A failure to send means that the process has ended, which `ended` reports.
        child.send(request, () => {});
      }),
    end: async () => {
      if (child.connected) child.disconnect();
      const force = setTimeout(() => child.kill("SIGKILL"), endMillis);
      await ended;
      clearTimeout(force);
    },
  };
}
