import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { allRoutes } from "@parley/contract/routes/all";
import type { PostConfirmationTriggerEvent } from "aws-lambda";
import { type Cognito, startCognito } from "./cognito/start-cognito.ts";
import { lockDataFolder } from "./data-folder.ts";
import { createFunctions, type Functions, payloadOf } from "./functions.ts";
import type { CorsSettings } from "./gateway/cors.ts";
import { checkPort, type Gateway, startGateway } from "./gateway/start-gateway.ts";
import { watchSource } from "./lambda/watch.ts";
import { applyMigrations } from "./migrations.ts";
import { type RunningMomento, startMomento } from "./momento/start-momento.ts";
import { type LocalPostgres, startPostgres } from "./postgres/start-postgres.ts";
import type { QueueService } from "./queue/queue-service.ts";
import { jobQueue, startReplyQueues, startReplySources } from "./reply-queues.ts";
import { startSchedule } from "./schedule/start-schedule.ts";
import { functionVariables, type Settings } from "./settings.ts";

const region = "us-east-1";
const userPool = { region, userPoolId: `${region}_parley`, clientId: "parley-local" };
const authorizerCacheSeconds = 60;
const sweepEveryMillis = 6 * 60 * 60 * 1000;
// The second one finds what a killed stack had leased for 30 s.
const sweepAfterMillis = [0, 45_000];
const root = new URL("../../../", import.meta.url);

/** Puts something between the functions and a service on this port; answers the port to use instead. */
export type Reroute = (service: "queue" | "momento", port: number) => Promise<number>;

export interface StackOptions {
  readonly settings: Settings;
  /** False for throw-away stacks: Postgres does not wait for the disk. */
  readonly durable?: boolean;
  readonly reroute?: Reroute;
  /** Further variables of every function. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Restart environments when source is edited. */
  readonly watch?: boolean;
  readonly onProgress?: (line: string) => void;
  /** Each line that a function writes. */
  readonly onLog?: (functionName: string, line: string) => void;
  /** What Cognito would send by e-mail. */
  readonly onCode?: (email: string, code: string, purpose: string) => void;
}

/** A running stack, with handles for tests that break it. */
export interface Stack {
  readonly url: string;
  readonly dataDir: string;
  readonly databaseUrl: string;
  /** Undefined when the settings name a database. */
  readonly postgres: LocalPostgres | undefined;
  readonly queue: QueueService;
  readonly cognito: Cognito;
  /** Undefined when the settings have a Momento key. */
  readonly momento: RunningMomento | undefined;
  readonly functions: Functions;
  /** Ends everything, running requests included; committed data is on disk then. */
  close(): Promise<void>;
}

type Hooks = Required<Pick<StackOptions, "onProgress" | "onLog" | "onCode">>;

interface Services {
  readonly postgres: LocalPostgres | undefined;
  readonly databaseUrl: string;
  readonly queue: QueueService;
  readonly momento: RunningMomento | undefined;
  readonly cognito: Cognito;
}

/** What the running stack needs of `started`: each thing is closed in the reverse of the order in which it began. */
type Started = AsyncDisposableStack;

async function startDatabase(
  started: Started,
  { settings, durable = true }: StackOptions,
  dataDir: string,
  onProgress: (line: string) => void,
) {
  if (settings.DATABASE_URL !== undefined) return { postgres: undefined, databaseUrl: settings.DATABASE_URL };
  onProgress("Starting Postgres");
  const postgres = await startPostgres({ dataDir, durable, onProgress });
  started.defer(() => postgres.stop());
  return { postgres, databaseUrl: postgres.url };
}

async function startServices(
  started: Started,
  options: StackOptions,
  dataDir: string,
  hooks: Hooks,
  confirmed: (event: PostConfirmationTriggerEvent) => Promise<void>,
): Promise<Services> {
  const { settings } = options;
  const database = await startDatabase(started, options, dataDir, hooks.onProgress);
  hooks.onProgress("Applying migrations");
  await applyMigrations(database.databaseUrl);
  hooks.onProgress("Starting the queue, the cache and the user pool");
  const queue = await startReplyQueues(region);
  started.defer(() => queue.close());
  const momento =
    settings.MOMENTO_API_KEY === undefined
      ? await startMomento({ cacheNames: [settings.MOMENTO_CACHE_NAME] })
      : undefined;
  started.defer(() => momento?.close());
  const { reroute = async (_service, port) => port } = options;
  const cognito = await startCognito({
    ...userPool,
    dataFile: join(dataDir, "cognito.json"),
    onCode: hooks.onCode,
    postConfirmation: confirmed,
  });
  started.defer(() => cognito.close());
  return {
    ...database,
    queue: await reroutedQueue(queue, reroute),
    momento: momento && { ...momento, port: await reroute("momento", momento.port) },
    cognito,
  };
}

async function reroutedQueue(queue: QueueService, reroute: Reroute): Promise<QueueService> {
  const { port } = new URL(queue.endpoint);
  const endpoint = queue.endpoint.replace(port, String(await reroute("queue", Number(port))));
  return { ...queue, endpoint, queueUrl: (name) => queue.queueUrl(name).replace(queue.endpoint, endpoint) };
}

function functionEnvironment(
  { settings, environment }: StackOptions,
  dataDir: string,
  services: Services,
): Record<string, string> {
  const { databaseUrl, queue, momento, cognito } = services;
  return {
    ...functionVariables(settings),
    // Compiled modules are kept, which makes the next cold start faster.
    NODE_COMPILE_CACHE: join(dataDir, "compile-cache"),
    AWS_REGION: region,
    AWS_ENDPOINT_URL_SQS: queue.endpoint,
    AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: cognito.endpoint,
    DATABASE_URL: databaseUrl,
    QUEUE_URL: queue.queueUrl(jobQueue),
    USER_POOL_ID: userPool.userPoolId,
    USER_POOL_CLIENT_ID: userPool.clientId,
    USER_POOL_JWKS: JSON.stringify(cognito.jwks),
    ...(momento !== undefined && { MOMENTO_ENDPOINT: `${momento.hostname}:${momento.port}` }),
    ...environment,
  };
}

function corsSettings(allowOrigins: readonly string[]): CorsSettings {
  return {
    allowOrigins,
    allowMethods: ["GET", "POST", "PUT", "PATCH", "DELETE"],
    allowHeaders: ["authorization", "content-type", "idempotency-key", "if-match", "if-none-match"],
    exposeHeaders: ["etag", "idempotent-replayed", "link", "location", "retry-after", "x-request-id"],
    maxAgeSeconds: 600,
  };
}

/** Starts what feeds the functions, so that it can be closed together with them. */
function feed(
  started: Started,
  queue: QueueService,
  functions: Functions,
  onProgress: (line: string) => void,
): void {
  let isClosing = false;
  const sources = startReplySources(queue, functions, (error) => {
    if (!isClosing) onProgress(error.message);
  });
  const schedule = startSchedule({
    name: "reply-sweeper",
    everyMillis: sweepEveryMillis,
    alsoAfterMillis: sweepAfterMillis,
    invoke: (event) => functions.get("reply-sweeper").invoke(event),
  });
  // An event source waits for its running batches, which end with their environments.
  started.defer(async () => {
    isClosing = true;
    schedule.close();
    await Promise.all([...functions.all, ...sources].map((running) => running.close()));
  });
}

function startApi(settings: Settings, functions: Functions): Promise<Gateway> {
  return startGateway({
    host: settings.HOST,
    port: settings.PORT,
    routes: Object.values(allRoutes),
    defaultFunction: "ops",
    invoke: (name, event) => functions.get(name).invoke(event),
    authorizer: {
      invoke: (event) => functions.get("authorizer").invoke(event),
      cacheSeconds: authorizerCacheSeconds,
    },
    cors: corsSettings(settings.CORS_ORIGINS),
  });
}

/**
 * Starts everything that Parley runs on, on this machine, with the data of an earlier run if there is any.
 * @throws StartupError with one sentence for the user; whatever had been started is closed again
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { settings, watch = false } = options;
  const { onProgress = () => {}, onLog = () => {}, onCode = () => {} } = options;
  const dataDir = resolve(fileURLToPath(root), settings.DATA_DIR);
  await using started = new AsyncDisposableStack();
  await checkPort(settings.HOST, settings.PORT);
  started.defer(await lockDataFolder(dataDir));

  let functions: Functions | undefined;
  const services = await startServices(
    started,
    options,
    dataDir,
    { onProgress, onLog, onCode },
    async (event) => {
      if (functions !== undefined) await payloadOf(functions.get("post-confirmation").invoke(event));
    },
  );
  const running = createFunctions({
    root,
    environment: functionEnvironment(options, dataDir, services),
    onLog,
  });
  functions = running;
  feed(started, services.queue, running, onProgress);
  const gateway = await startApi(settings, running);
  started.defer(() => gateway.close());
  if (watch) {
    const watcher = await watchSource(fileURLToPath(root), (file) => {
      onProgress(`${file} changed; later requests get new environments`);
      for (const pool of running.all) pool.restart();
    });
    started.defer(() => watcher.close());
  }
  const everything = started.move();
  return {
    url: gateway.url,
    dataDir,
    ...services,
    functions: running,
    close: () => everything.disposeAsync(),
  };
}
