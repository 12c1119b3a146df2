import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Invocation } from "../lambda/protocol.ts";
import { AbandonedError } from "../read-bytes.ts";
import { type AuthorizerOptions, createAuthorizer } from "./authorizer.ts";
import { type CorsSettings, corsHeaders, isPreflight } from "./cors.ts";
import { buildEvent, parseTarget, type RequestEvent } from "./event.ts";
import { GatewayError } from "./gateway-error.ts";
import { listen } from "./listen.ts";
import { readEventBody } from "./request-body.ts";
import { type GatewayResponse, readResponse } from "./response.ts";
import { createRouter, type GatewayRoute } from "./router.ts";

const keepAliveMillis = 75_000;
const closeMillis = 2_000;
// An upload that was refused is read to its end for this long, so that its client sees the answer.
const refusedUploadMillis = 5_000;

export interface GatewayOptions {
  readonly host?: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly routes: readonly GatewayRoute[];
  /** The function of the `$default` route, which answers whatever no route does. */
  readonly defaultFunction: string;
  invoke(functionName: string, event: unknown): Promise<Invocation>;
  readonly authorizer: AuthorizerOptions;
  readonly cors?: CorsSettings;
  /** 30 s on AWS. */
  readonly integrationTimeoutMillis?: number;
}

export interface Gateway {
  /** Without a slash at the end. */
  readonly url: string;
  close(): Promise<void>;
}

type Handle = (request: IncomingMessage) => Promise<GatewayResponse & { requestId?: string }>;

async function withTimeout(invocation: Promise<Invocation>, millis: number): Promise<Invocation> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new GatewayError(503)), millis);
  });
  return Promise.race([invocation, timeout]).finally(() => clearTimeout(timer));
}

function createHandle(options: GatewayOptions): Handle {
  const { integrationTimeoutMillis = 30_000, defaultFunction } = options;
  const match = createRouter(options.routes);
  const authorize = createAuthorizer(options.authorizer);

  async function integrate(functionName: string, event: object): Promise<GatewayResponse> {
    return readResponse(await withTimeout(options.invoke(functionName, event), integrationTimeoutMillis));
  }

  async function withCaller(event: RequestEvent): Promise<object> {
    const lambda = await authorize(event);
    return { ...event, requestContext: { ...event.requestContext, authorizer: { lambda } } };
  }

  return async (request) => {
    const target = parseTarget(request.url ?? "");
    const found = match(request.method ?? "", target.segments);
    const functionName = found?.route.function ?? defaultFunction;
    const routeKey = found === undefined ? "$default" : `${found.route.method} ${found.route.path}`;
    const event = buildEvent(request, target, routeKey, found?.pathParameters);
    const authorized = found?.route.auth === "user" ? await withCaller(event) : event;
    const body = await readEventBody(request);
    const response = await integrate(functionName, { ...authorized, ...body });
    return { ...response, requestId: event.requestContext.requestId };
  };
}

function errorResponse(error: unknown): GatewayResponse {
  if (!(error instanceof GatewayError)) console.error("gateway:", error);
  const known = error instanceof GatewayError ? error : new GatewayError(500);
  return { status: known.status, headers: { "content-type": "application/json" }, body: known.body };
}

function write(response: ServerResponse, answer: GatewayResponse, extra: Record<string, string>): void {
  if (response.destroyed) return;
  const hasBody = answer.status !== 204 && answer.status !== 304;
  // A HEAD names the length of the body that a GET has; nobody knows it where the function left that out.
  const isCounted = hasBody && (answer.body.length > 0 || response.req.method !== "HEAD");
  const length = isCounted ? { "content-length": Buffer.byteLength(answer.body) } : {};
  response.writeHead(answer.status, { ...answer.headers, ...extra, ...length });
  response.end(hasBody ? answer.body : undefined);
}

/** Reads and forgets the rest of a refused upload; one that is too long loses its connection after a moment. */
function finishUpload(request: IncomingMessage, response: ServerResponse, status: number): void {
  request.on("error", () => {});
  request.resume();
  if (status !== 413) return;
  response.setHeader("connection", "close");
  const timer = setTimeout(() => request.destroy(), refusedUploadMillis);
  request.on("close", () => clearTimeout(timer));
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  handle: Handle,
  cors: CorsSettings | undefined,
): Promise<void> {
  const extra = cors === undefined ? {} : corsHeaders(cors, request);
  if (cors !== undefined && isPreflight(request)) {
    write(response, { status: 204, headers: {}, body: "" }, extra);
    return;
  }
  try {
    const { requestId, ...answer } = await handle(request);
    write(response, answer, requestId === undefined ? extra : { ...extra, "apigw-requestid": requestId });
  } catch (error) {
    if (error instanceof AbandonedError) return;
    const answer = errorResponse(error);
    finishUpload(request, response, answer.status);
    write(response, answer, extra);
  }
}

/** What is not HTTP: node has no request to answer, only the socket. */
function refuse(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
  const { status, message, body } = new GatewayError(error.code === "HPE_HEADER_OVERFLOW" ? 431 : 400);
  socket.end(
    `HTTP/1.1 ${status} ${message}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
}

/**
 * Tells at once what would only come out when everything else runs.
 * @throws StartupError when the port cannot be had
 */
export async function checkPort(host: string, port: number, setting: string): Promise<void> {
  const server = createServer();
  await listen(server, host, port, setting);
  server.close();
  await once(server, "close");
}

/**
 * API Gateway's HTTP API for one machine. Whatever a client sends or a function answers, it goes on serving.
 * @throws StartupError when the port cannot be had
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { host = "127.0.0.1", port, cors } = options;
  const handle = createHandle(options);
  const server = createServer({ keepAliveTimeout: keepAliveMillis }, (request, response) => {
    response.on("error", () => {});
    serve(request, response, handle, cors).catch((error) => {
      // A header that the function answered and HTTP does not allow.
      console.error("gateway:", error);
      if (response.headersSent) response.destroy();
      else write(response, errorResponse(new GatewayError(500)), {});
    });
  });
  server.on("clientError", refuse);
  const url = `http://${await listen(server, host, port, "PORT")}`;
  return {
    url,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeIdleConnections();
      const force = setTimeout(() => server.closeAllConnections(), closeMillis);
      await closed;
      clearTimeout(force);
    },
  };
}
