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
export const mostWorkers = 10;

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
  "reply-worker": { timeoutMillis: workerTimeoutMillis, maximumEnvironments: mostWorkers },
  websocket: usual,
  embedder: { timeoutMillis: embedderTimeoutMillis, maximumEnvironments: 2 },
  "reply-sweeper": { timeoutMillis: 60_000, maximumEnvironments: 1 },
  "dead-letter": { timeoutMillis: deadLetterTimeoutMillis, maximumEnvironments: 2 },
};

export interface FunctionsOptions {
  /** The repository. */
  readonly root: URL;
  /** The folder of the bundles to run in place of the sources; ends with a slash. */
  readonly bundles?: URL | undefined;
  readonly environment: Readonly<Record<string, string>>;
  readonly onLog: (functionName: string, line: string) => void;
}

/** Every function of the API, by the name of its folder. */
export interface Functions {
  get(name: string): FunctionPool;
  readonly all: readonly FunctionPool[];
}

/** Makes a pool of each function; none has an environment before its first request. */
export function createFunctions({ root, bundles, environment, onLog }: FunctionsOptions): Functions {
  const names = new Set([...Object.values(allRoutes).map((route) => route.function), ...Object.keys(limits)]);
  const pools = new Map<string, FunctionPool>();
  for (const name of names) {
    const options = {
      name,
      entry: bundles ? new URL(`${name}/index.mjs`, bundles) : new URL(`functions/${name}/index.ts`, root),
      environment: { POWERTOOLS_SERVICE_NAME: name, POWERTOOLS_TRACE_ENABLED: "false", ...environment },
      idleMillis,
      onLog: (line: string) => onLog(name, line),
      ...(limits[name] ?? usual),
    };
    pools.set(name, createFunctionPool(options));
  }
  return {
    get: (name) => {
      const pool = pools.get(name);
      if (pool === undefined) throw new Error(`There is no function ${name}.`);
      return pool;
    },
    all: [...pools.values()],
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
