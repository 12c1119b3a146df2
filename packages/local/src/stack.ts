import { fileURLToPath } from "node:url";
import { cors, gatewayRoutes } from "@parley/contract/gateway";
import { allRoutes } from "@parley/contract/routes/all";
import type { CodePurpose } from "./cognito/state.ts";
import { lockDataFolder, resolveDataDir } from "./data-folder.ts";
import { buildCode, type FunctionCode } from "./function-code.ts";
import { createFunctions, defaultMaximumWorkers, type Functions, payloadOf } from "./functions.ts";
import { checkPort, type Gateway, startGateway } from "./gateway/start-gateway.ts";
import type { Invocation } from "./lambda/protocol.ts";
import { watchSource } from "./lambda/watch.ts";
import { applyMigrations } from "./migrations.ts";
import type { QueueService } from "./queue/queue-service.ts";
import { startReplySources } from "./reply-queues.ts";
import { startSchedule } from "./schedule/start-schedule.ts";
import { functionEnvironment, type Reroute, type Services, type Started, startServices } from "./services.ts";
import { type Settings, websocketPort } from "./settings.ts";
import { startWebsocketApi, type WebsocketApi } from "./websocket/start-websocket-api.ts";

const authorizerCacheSeconds = 60;
const sweepEveryMillis = 6 * 60 * 60 * 1000;
// The second one finds what a killed stack had leased for 30 s.
const sweepAfterMillis = [0, 45_000];
const root = new URL("../../../", import.meta.url);

export interface StackOptions {
  readonly settings: Settings;
  /** False for throw-away stacks: Postgres does not wait for the disk. */
  readonly durable?: boolean;
  readonly reroute?: Reroute;
  /** In place of this release's migrations. */
  readonly migrate?: (databaseUrl: string) => Promise<void>;
  /** In place of building it: another stack's. */
  readonly code?: FunctionCode;
  /** Another module for an environment that starts. */
  readonly entryOf?: (functionName: string) => URL | undefined;
  /** Further variables of every function. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Environments of the reply worker at most; 10 by default. */
  readonly maximumWorkers?: number;
  /** Restart environments when source is edited. */
  readonly watch?: boolean;
  readonly onProgress?: (line: string) => void;
  /** Each line that a function writes. */
  readonly onLog?: (functionName: string, line: string) => void;
  /** What Cognito would send by e-mail. */
  readonly onCode?: (email: string, code: string, purpose: CodePurpose) => void;
}

/** A running stack, with handles for tests that break it. */
export interface Stack extends Services {
  readonly url: string;
  readonly websocketUrl: string;
  readonly dataDir: string;
  readonly functions: Functions;
  /** Ends everything, running requests included; committed data is on disk then. */
  close(): Promise<void>;
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
    routes: gatewayRoutes(allRoutes),
    defaultFunction: "ops",
    invoke: (name, event) => functions.get(name).invoke(event),
    authorizer: {
      invoke: (event) => functions.get("authorizer").invoke(event),
      cacheSeconds: authorizerCacheSeconds,
    },
    cors: { ...cors, allowOrigins: settings.CORS_ORIGINS, maxAgeSeconds: 600 },
  });
}

/** The functions have to know its address, and so do not exist yet. */
function startPush(settings: Settings, functions: () => Functions | undefined): Promise<WebsocketApi> {
  const starting: Invocation = {
    functionError: { errorType: "Sandbox.Starting", errorMessage: "The local stack is starting." },
  };
  const invoke = async (name: string, event: unknown) => functions()?.get(name).invoke(event) ?? starting;
  return startWebsocketApi({
    host: settings.HOST,
    port: websocketPort(settings),
    invoke: (event) => invoke("websocket", event),
    authorize: (event) => invoke("authorizer", event),
  });
}

/**
 * Starts everything that Parley runs on, on this machine, with the data of an earlier run if there is any.
 * @throws StartupError with one sentence for the user; whatever had been started is closed again
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const {
    settings,
    durable = true,
    watch = false,
    environment = {},
    maximumWorkers = defaultMaximumWorkers,
  } = options;
  const { onProgress = () => {}, onLog = () => {}, onCode = () => {} } = options;
  const { reroute = async (_service, port) => port, entryOf = () => undefined } = options;
  const dataDir = resolveDataDir(settings.DATA_DIR);
  await using started = new AsyncDisposableStack();
  await checkPort(settings.HOST, settings.PORT, "PORT");
  await checkPort(settings.HOST, websocketPort(settings), "WS_PORT");
  started.defer(await lockDataFolder(dataDir));

  let functions: Functions | undefined;
  const trigger = (name: string) => async (event: object) => {
    if (functions !== undefined) await payloadOf(functions.get(name).invoke(event));
  };
  const triggers = {
    postConfirmation: trigger("post-confirmation"),
    // Everybody may sign up here, as in a stage of which that is said.
    ...(settings.CAPTCHA !== undefined && { preSignUp: trigger("pre-sign-up") }),
  };
  const building = options.code ?? buildCode(fileURLToPath(root), dataDir, watch);
  // Its failure is told below; until then nobody would catch it.
  if (building instanceof Promise) building.catch(() => {});
  const migrate = options.migrate ?? ((url: string) => applyMigrations(url, settings));
  const given = { settings, dataDir, durable, reroute, migrate, onProgress, onCode, triggers };
  const services = await startServices(started, given);
  const push = await startPush(settings, () => functions);
  const code = await building;
  started.defer(() => code.close());
  const bundles = settings.BUNDLES_DIR ? new URL(`${settings.BUNDLES_DIR}/`, root) : undefined;
  const ownEntryOf = bundles ? (name: string) => new URL(`${name}/index.mjs`, bundles) : code.entryOf;
  const running = createFunctions({
    entryOf: (name) => entryOf(name) ?? ownEntryOf(name),
    bootstrap: code.bootstrap,
    maximumWorkers,
    environment: {
      ...functionEnvironment(settings, dataDir, services),
      WEBSOCKET_CALLBACK_URL: push.callbackUrl,
      CORS_ORIGINS: settings.CORS_ORIGINS.join(","),
      PUSH_URL: push.url,
      ...environment,
    },
    onLog,
  });
  functions = running;
  feed(started, services.queue, running, onProgress);
  started.defer(() => push.close());
  const gateway = await startApi(settings, running);
  started.defer(() => gateway.close());
  if (watch) {
    const watcher = await watchSource(fileURLToPath(root), async (file) => {
      const failure = await code.rebuild();
      onProgress(failure ?? `${file} changed; later requests get new environments`);
      if (failure === undefined) for (const pool of running.all) pool.restart();
    });
    started.defer(() => watcher.close());
  }
  const everything = started.move();
  return {
    url: gateway.url,
    websocketUrl: push.url,
    dataDir,
    ...services,
    functions: running,
    close: () => everything.disposeAsync(),
  };
}
