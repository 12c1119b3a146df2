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
export const usualMostWorkers = 10;

const idleMillis = 120_000;
const mostEnvironments = Math.max(8, 4 * availableParallelism());

type Limits = { readonly timeoutMillis: number; readonly maximumEnvironments: number };

const usual: Limits = { timeoutMillis: routeTimeoutMillis, maximumEnvironments: mostEnvironments };

/** The functions that are not as usual, and those that no route names. */
const limits: Readonly<Record<string, Limits>> = {
  authorizer: { timeoutMillis: 10_000, maximumEnvironments: 4 },
  "post-confirmation": { timeoutMillis: 5_000, maximumEnvironments: 4 },
  // A poll that waits for its reply holds an environment for as long.
  replies: { ...usual, maximumEnvironments: 32 },
  "reply-worker": { timeoutMillis: workerTimeoutMillis, maximumEnvironments: usualMostWorkers },
  websocket: usual,
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
  readonly mostWorkers: number;
  readonly onLog: (functionName: string, line: string) => void;
}

/** Every function of the API, by the name of its folder. */
export interface Functions {
  get(name: string): FunctionPool;
  readonly all: readonly FunctionPool[];
  /** Environments of the reply worker at most. */
  readonly mostWorkers: number;
}

/** Makes a pool of each function; none has an environment before its first request. */
export function createFunctions(options: FunctionsOptions): Functions {
  const { entryOf, bootstrap, environment, onLog, mostWorkers } = options;
  const pools = new Map<string, FunctionPool>();
  for (const name of functionNames) {
    pools.set(
      name,
      createFunctionPool({
        name,
        entry: entryOf(name),
        bootstrap,
        environment: { POWERTOOLS_SERVICE_NAME: name, POWERTOOLS_TRACE_ENABLED: "false", ...environment },
        idleMillis,
        onLog: (line: string) => onLog(name, line),
        ...(limits[name] ?? usual),
        ...(name === "reply-worker" && { maximumEnvironments: mostWorkers }),
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
    mostWorkers,
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
