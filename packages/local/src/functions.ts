import { availableParallelism } from "node:os";
import { allRoutes } from "@parley/contract/routes/all";
import { createFunctionPool, type FunctionPool } from "./lambda/function-pool.ts";
import type { Invocation } from "./lambda/protocol.ts";

// Behind API Gateway nobody waits longer for an answer.
const routeTimeoutMillis = 30_000;
// The longest that Lambda allows: more than the deadline of a reply.
export const workerTimeoutMillis = 900_000;
export const deadLetterTimeoutMillis = 30_000;
export const embedderTimeoutMillis = 60_000;
export const defaultMaximumWorkers = 10;

const idleMillis = 120_000;
const defaultMaximumEnvironments = Math.max(8, 4 * availableParallelism());

type Limits = { readonly timeoutMillis: number; readonly maximumEnvironments: number };

const defaultLimits: Limits = {
  timeoutMillis: routeTimeoutMillis,
  maximumEnvironments: defaultMaximumEnvironments,
};

/** Functions with limits of their own, and those that no route names. */
const limits: Readonly<Record<string, Limits>> = {
  authorizer: { timeoutMillis: 10_000, maximumEnvironments: 4 },
  "pre-sign-up": { timeoutMillis: 5_000, maximumEnvironments: 4 },
  "post-confirmation": { timeoutMillis: 5_000, maximumEnvironments: 4 },
  // A poll that waits for its reply holds an environment for as long.
  replies: { ...defaultLimits, maximumEnvironments: 32 },
  "reply-worker": { timeoutMillis: workerTimeoutMillis, maximumEnvironments: defaultMaximumWorkers },
  websocket: defaultLimits,
  embedder: { timeoutMillis: embedderTimeoutMillis, maximumEnvironments: 2 },
  "reply-sweeper": { timeoutMillis: 60_000, maximumEnvironments: 1 },
  "dead-letter": { timeoutMillis: deadLetterTimeoutMillis, maximumEnvironments: 2 },
};

/** The folders in `functions/` that the stack runs. */
export const functionNames: readonly string[] = [
  ...new Set([...Object.values(allRoutes).map((route) => route.function), ...Object.keys(limits)]),
];

export interface FunctionsOptions {
  /** A function's module, which exports `handler`. */
  readonly entryOf: (name: string) => URL;
  /** The program that runs it. */
  readonly bootstrap: URL;
  readonly environment: Readonly<Record<string, string>>;
  readonly maximumWorkers: number;
  readonly onLog: (functionName: string, line: string) => void;
}

/** Every function of the API, by the name of its folder. */
export interface Functions {
  get(name: string): FunctionPool;
  readonly all: readonly FunctionPool[];
  /** The maximum of environments of the reply worker. */
  readonly maximumWorkers: number;
}

/** Makes a pool of each function; none has an environment before its first request. */
export function createFunctions(options: FunctionsOptions): Functions {
  const { entryOf, bootstrap, environment, onLog, maximumWorkers } = options;
  const pools = new Map<string, FunctionPool>();
  for (const name of functionNames) {
    pools.set(
      name,
      createFunctionPool({
        name,
        // Asked for each environment: what it starts may have been exchanged.
        get entry() {
          return entryOf(name);
        },
        bootstrap,
        environment: { POWERTOOLS_SERVICE_NAME: name, POWERTOOLS_TRACE_ENABLED: "false", ...environment },
        idleMillis,
        onLog: (line: string) => onLog(name, line),
        ...(limits[name] ?? defaultLimits),
        ...(name === "reply-worker" && { maximumEnvironments: maximumWorkers }),
      }),
    );
  }
  return {
    get: (name) => {
      const pool = pools.get(name);
      if (pool === undefined) throw new Error(`There is no function ${name}.`);
      return pool;
    },
    all: [...pools.values()],
    maximumWorkers,
  };
}

/**
 * The answer to an event that no client waits for.
 * @throws Error when the function failed, which gives the event back to its source
 */
export async function payloadOf(invocation: Promise<Invocation>): Promise<unknown> {
  const outcome = await invocation;
  if ("functionError" in outcome) throw new Error(outcome.functionError.errorMessage);
  return outcome.payload;
}
