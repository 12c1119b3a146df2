import { join } from "node:path";
import { type LocalPostgres, startPostgres } from "@parley/embedded-postgres/start-postgres";
import type { Triggers } from "./cognito/pool.ts";
import { type Cognito, startCognito } from "./cognito/start-cognito.ts";
import type { CodePurpose } from "./cognito/state.ts";
import { type RunningMomento, startMomento } from "./momento/start-momento.ts";
import type { QueueService } from "./queue/queue-service.ts";
import { embeddingQueue, jobQueue, startReplyQueues } from "./reply-queues.ts";
import { functionVariables, type Settings } from "./settings.ts";
import { shellCredentials } from "./shell-credentials.ts";

const region = "us-east-1";
/** Of every local stack. */
export const userPool = { region, userPoolId: `${region}_parley`, clientId: "parley-local" };

/** Puts something between the functions and a service on this port; answers the port to use instead. */
export type Reroute = (service: "queue" | "momento", port: number) => Promise<number>;

export interface ServiceOptions {
  readonly settings: Settings;
  readonly dataDir: string;
  /** False for throw-away stacks: Postgres does not wait for the disk. */
  readonly durable: boolean;
  readonly reroute: Reroute;
  readonly migrate: (databaseUrl: string) => Promise<void>;
  readonly onProgress: (line: string) => void;
  readonly onCode: (email: string, code: string, purpose: CodePurpose) => void;
  /** Of the user pool. */
  readonly triggers: Triggers;
}

/** What the functions use, on this machine. */
export interface Services {
  /** Undefined when the settings name a database. */
  readonly postgres: LocalPostgres | undefined;
  readonly databaseUrl: string;
  readonly queue: QueueService;
  /** Undefined when the settings have a Momento key. */
  readonly momento: RunningMomento | undefined;
  readonly cognito: Cognito;
}

/** What has been started: each thing is closed in the reverse of the order in which it began. */
export type Started = AsyncDisposableStack;

async function startDatabase(started: Started, { settings, durable, dataDir, onProgress }: ServiceOptions) {
  if (settings.DATABASE_URL !== undefined) return { postgres: undefined, databaseUrl: settings.DATABASE_URL };
  onProgress("Starting Postgres");
  const postgres = await startPostgres({ dataDir, durable, onProgress });
  started.defer(() => postgres.stop());
  return { postgres, databaseUrl: postgres.url };
}

/** Starts the services in the order in which they need each other; `started` gets what closes them. */
export async function startServices(started: Started, options: ServiceOptions): Promise<Services> {
  const { settings, dataDir, reroute, migrate, onProgress, onCode, triggers } = options;
  const database = await startDatabase(started, options);
  onProgress("Applying migrations");
  await migrate(database.databaseUrl);
  onProgress("Starting the queue, the cache and the user pool");
  const queue = await startReplyQueues(region);
  started.defer(() => queue.close());
  const momento =
    settings.MOMENTO_API_KEY === undefined
      ? await startMomento({ cacheNames: [settings.MOMENTO_CACHE_NAME] })
      : undefined;
  started.defer(() => momento?.close());
  const cognito = await startCognito({
    ...userPool,
    groups: ["admin"],
    dataFile: join(dataDir, "cognito.json"),
    onCode,
    ...triggers,
    callbackUrls: settings.SIGN_IN_CALLBACK_URLS,
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

/** Whether the functions find an embedding provider in these settings. */
function embeds({
  EMBEDDING_BASE_URL,
  EMBEDDING_API_KEY,
  OPENAI_API_KEY,
  OPENAI_BASE_URL,
}: Settings): boolean {
  return (
    EMBEDDING_BASE_URL !== undefined ||
    EMBEDDING_API_KEY !== undefined ||
    (OPENAI_API_KEY !== undefined && OPENAI_BASE_URL === undefined)
  );
}

/** The variables of every function. */
export function functionEnvironment(
  settings: Settings,
  dataDir: string,
  services: Services,
): Record<string, string> {
  const { databaseUrl, queue, momento, cognito } = services;
  return {
    ...functionVariables(settings),
    ...shellCredentials(settings),
    // Compiled modules are kept, which makes the next cold start faster.
    NODE_COMPILE_CACHE: join(dataDir, "compile-cache"),
    AWS_REGION: region,
    AWS_ENDPOINT_URL_SQS: queue.endpoint,
    AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: cognito.endpoint,
    DATABASE_URL: databaseUrl,
    QUEUE_URL: queue.queueUrl(jobQueue),
    ...(embeds(settings) && { EMBEDDING_QUEUE_URL: queue.queueUrl(embeddingQueue) }),
    USER_POOL_ID: userPool.userPoolId,
    USER_POOL_CLIENT_ID: userPool.clientId,
    USER_POOL_JWKS: JSON.stringify(cognito.jwks),
    ...(settings.SIGN_IN_CALLBACK_URLS.length > 0 && {
      SIGN_IN_URL: cognito.endpoint,
      SIGN_IN_SCOPES: "openid,email,profile,aws.cognito.signin.user.admin",
    }),
    ...(momento !== undefined && { MOMENTO_ENDPOINT: `${momento.hostname}:${momento.port}` }),
  };
}
