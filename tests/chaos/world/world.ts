import { type Cache, createCache } from "@parley/cache/create-cache";
import { type Database, openDatabase } from "@parley/data/database";
import { newId } from "@parley/data/ids";
import { resolveUser } from "@parley/data/users";
import { createTestDatabase } from "@parley/embedded-postgres/test-database";
import { createBreaker } from "@parley/llm/breaker";
import { createLessonBook } from "@parley/llm/lessons";
import { availableModels } from "@parley/llm/models";
import type { AskingDependencies } from "@parley/sending/asking";
import type { Worker } from "../../../functions/reply-worker/worker.ts";
import { inFlight } from "../invariants/in-flight.ts";
import { logReplyChanges } from "../invariants/reply-log.ts";
import { nothingTold, type Told } from "../invariants/told.ts";
import { createMemoryQueue, type MemoryQueue } from "./memory-queue.ts";
import { createMortal, type Grief, type Mortal } from "./mortal.ts";
import { createToldModel, type Manner } from "./told-model.ts";

/** A database whose replies are watched, and what clients of it were told. */
export interface World {
  readonly url: string;
  /** Never comes to grief. */
  readonly database: Database;
  readonly told: Told;
  rows<T>(query: string): Promise<T[]>;
  close(): Promise<void>;
}

/** One user's corner of a world, with a queue of its own. */
export interface Corner {
  readonly world: World;
  readonly ownerId: string;
  readonly queue: MemoryQueue;
  /** How the model goes about the next calls. */
  readonly manners: Manner[];
  /** An environment that never comes to grief. */
  readonly healthy: Mortal;
  /** A new function environment. */
  environment(grief?: Grief): Mortal;
  /** What the operations of such an environment work with. */
  asking(environment: Mortal): AskingDependencies & Pick<Mortal, "embeddings">;
  /** The worker in such an environment; one that `refills` takes more from the queue while it has free slots. */
  worker(environment: Mortal, options?: { refills?: boolean }): Worker;
  /** Closes every environment. */
  close(): Promise<void>;
}

const scripted = availableModels({ includeScripted: true });
const catalog = {
  ...scripted,
  providers: scripted.providers.map((provider) => ({ ...provider, runsInBackground: true })),
};
/** A model whose answers are bought in the background. */
export const backgroundModel = "scripted/background";
const sizes = {
  contextTokens: 10_000,
  maxOutputTokens: 1_000,
  priceFlat: 100,
  costPerMillion: { input: 5, output: 25 },
};
const terms: AskingDependencies["asking"]["terms"] = {
  models: { "scripted/echo": sizes, [backgroundModel]: { ...sizes, background: true } },
  defaultModel: "scripted/echo",
  ratePerSecond: 0,
  rateBurst: 3,
  ratePerMinute: 0,
  deadlineSeconds: 20,
  maxRunning: inFlight.running,
  maxWaiting: inFlight.waiting,
  // More than is spent: what is counted of it is checked.
  dollarsPerDay: 1_000,
};

/** A migrated database of its own for one test file. */
export async function openWorld(): Promise<World> {
  const { url, drop } = await createTestDatabase();
  const database = openDatabase(url);
  await logReplyChanges(database);
  return {
    url,
    database,
    told: nothingTold(),
    rows: async <T>(query: string) => [...(await database.run(async ({ orm }) => orm.execute(query)))] as T[],
    async close() {
      await database.close();
      await drop();
    },
  };
}

export interface CornerOptions {
  tokens?: number;
  deadlineSeconds?: number;
  cache?: Cache;
}

/** A user with tokens, in a corner of the world where nobody else's jobs are. */
export async function openCorner(world: World, options: CornerOptions = {}): Promise<Corner> {
  const { tokens = 4_000, deadlineSeconds = terms.deadlineSeconds } = options;
  const resolution = await resolveUser(world.database, { sub: newId() }, tokens);
  if (resolution.outcome === "deleted") throw new Error("a new user cannot be deleted");
  const queue = createMemoryQueue();
  const cache = options.cache ?? createCache({ cacheName: "none" });
  const manners: Manner[] = [];
  const environments: Mortal[] = [];
  const environment = (grief?: Grief) => {
    const made = createMortal({ database: openDatabase(world.url), queue, cache }, grief);
    environments.push(made);
    return made;
  };
  return {
    world,
    ownerId: resolution.user.id,
    queue,
    manners,
    healthy: environment(),
    environment,
    close: async () => void (await Promise.all(environments.map((each) => each.close()))),
    asking: ({ database, queue: jobs, cache: reads, realtime, embeddings }) => ({
      database,
      realtime,
      embeddings,
      queue: jobs,
      cache: reads,
      asking: { catalog, terms: { ...terms, deadlineSeconds } },
    }),
    worker: (
      { database, queue: jobs, source, cache: reads, realtime, embeddings },
      { refills = false } = {},
    ) => ({
      database,
      realtime,
      embeddings,
      queue: jobs,
      cache: reads,
      providers: createToldModel(world.told, manners),
      models: catalog,
      breaker: createBreaker({ now: Date.now }),
      lessons: createLessonBook(),
      fallbackModel: undefined,
      titleModel: undefined,
      background: new Set(),
      leaseSeconds: 0.4,
      maxRunning: inFlight.running,
      // Of the queue's, which are shorter here: two leases.
      holdSeconds: 4,
      ...(refills && { source }),
    }),
  };
}
