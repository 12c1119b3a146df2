import middy from "@middy/core";
import jsonBodyParser from "@middy/http-json-body-parser";
import { routeKeysOf } from "@parley/contract/gateway";
import type { Route, Routes } from "@parley/contract/route";
import { addLogKeys, logger, startLogScope } from "@parley/runtime/logger";
import { flushTelemetry, openTelemetry } from "@parley/runtime/telemetry";
import type {
  APIGatewayProxyEventV2WithLambdaAuthorizer,
  APIGatewayProxyStructuredResultV2,
  Context,
} from "aws-lambda";
import type {
  ApiRequest,
  ApiResponse,
  Caller,
  CallerResolution,
  Identity,
  Operation,
  UnmatchedRequest,
} from "./api-types.ts";
import { readIdempotency } from "./idempotency.ts";
import { parseJson } from "./parse-json.ts";
import { invalid, type Problem, problem } from "./problem.ts";
import { createRateLimit } from "./rate-limit.ts";
import { readBodyText } from "./read-body.ts";
import { groupDotted, readQuery } from "./read-query.ts";
import { refuseUnsafe } from "./refuse-unsafe.ts";
import { renderProblem, renderResponse } from "./render.ts";
import { inRequestSpan } from "./request-span.ts";
import { createCallerCache, readIdentity, requireGroup, requireScope } from "./resolve-caller.ts";
import { toProblem } from "./to-problem.ts";
import { validateInput } from "./validate-input.ts";

export type ApiEvent = APIGatewayProxyEventV2WithLambdaAuthorizer<Record<string, unknown>>;
export type ApiHandler = (event: ApiEvent, context: Context) => Promise<APIGatewayProxyStructuredResultV2>;

export interface ApiOptions<R extends Routes> {
  routes: R;
  operations: { readonly [K in keyof R]: Operation<R[K]> };
  /** Needed as soon as one route has auth `user`. Its answer is kept for 60 s per identity. */
  resolveCaller?: (identity: Identity) => Promise<CallerResolution>;
  /** Answers what no route does, or throws a Problem; without it that is a 404. */
  answerUnmatched?: (request: UnmatchedRequest) => Promise<ApiResponse>;
  /** Requests per second and user on routes that are not exempt; 0 = no limit. */
  apiRatePerSecond: number;
  /** Needed as soon as one route is expensive. Throws a 429 `Problem` when the user has used up their share of those. */
  takeExpensive?: (userId: string) => Promise<void>;
  /** true: the database could not be reached, which is a 503 and not a 500. */
  onConnectionError?: (error: unknown) => boolean;
}

interface Served {
  route: Route;
  operation: Operation<Route>;
}

/** The event on its way through the wrapper, with what has been found out so far. */
interface ScopedEvent extends ApiEvent {
  /** Seconds of the process. */
  startedAt: number;
  served: Served | undefined;
  caller: Caller | undefined;
  remainingMillis: () => number;
}

type Middleware = middy.MiddlewareObj<ScopedEvent, APIGatewayProxyStructuredResultV2>;

/** What is kept back of a Lambda's time to answer a problem instead of being killed. */
const timeoutEarlyInMillis = 250;

function lowerCased(headers: ApiEvent["headers"] | undefined): Record<string, string | undefined> {
  const lower: Record<string, string | undefined> = {};
  for (const name in headers) lower[name.toLowerCase()] = headers[name];
  return lower;
}

function servedRoutes<R extends Routes>({ routes, operations, resolveCaller, takeExpensive }: ApiOptions<R>) {
  const served = new Map<string, Served>();
  for (const name of Object.keys(routes)) {
    const route = routes[name];
    if (route === undefined) continue;
    if (route.auth === "user" && resolveCaller === undefined) throw new Error(`${name} needs resolveCaller.`);
    if (route.rate === "expensive" && takeExpensive === undefined)
      throw new Error(`${name} needs takeExpensive.`);
    // An operation takes what its own route's schemas give; validateInput is called with that very route.
    const one = { route, operation: operations[name] as unknown as Operation<Route> };
    for (const key of routeKeysOf(route)) served.set(key, one);
  }
  return served;
}

function requireRoute({ answerUnmatched }: Pick<ApiOptions<Routes>, "answerUnmatched">): Middleware {
  async function answer({ rawPath, rawQueryString, requestContext: { http, requestId } }: ScopedEvent) {
    if (answerUnmatched === undefined) throw problem("not-found", { detail: "There is no such route." });
    const request = { method: http.method, path: rawPath, query: rawQueryString };
    return renderResponse(await answerUnmatched(request), { requestId });
  }
  // An answer here is the last word: nothing after it runs.
  return { before: ({ event }) => (event.served === undefined ? answer(event) : undefined) };
}

function requireCaller<R extends Routes>({
  resolveCaller,
  takeExpensive,
  apiRatePerSecond,
}: ApiOptions<R>): Middleware {
  const findCaller = resolveCaller && createCallerCache(resolveCaller);
  const takeFromRate = createRateLimit(apiRatePerSecond);
  function admit(event: ScopedEvent, route: Route, caller: Caller): Promise<void> | undefined {
    event.caller = caller;
    addLogKeys({ userId: caller.userId });
    requireScope(caller, route);
    requireGroup(caller, route);
    if (route.rate !== "none") takeFromRate(caller.userId);
    return route.rate === "expensive" ? takeExpensive?.(caller.userId) : undefined;
  }
  return {
    before: ({ event }) => {
      const route = event.served?.route;
      if (route?.auth !== "user" || findCaller === undefined) return undefined;
      const found = findCaller(
        readIdentity(event.requestContext.authorizer?.lambda),
        event.requestContext.http.sourceIp,
      );
      // Who is remembered need not be waited for.
      if (found instanceof Promise) return found.then((caller) => admit(event, route, caller));
      return admit(event, route, found);
    },
  };
}

/** The parser refuses text that is no JSON and keys that reach a prototype in the same words: this says which it was. */
function refusalOf(text: string): Problem {
  refuseUnsafe(parseJson(text, "body"), "body");
  return invalid("body", "is not valid JSON");
}

/** Many clients send `{}` with every POST: it says nothing, and is taken for nothing. */
function requireNoBody(event: ScopedEvent): void {
  const { body = "", isBase64Encoded } = event;
  const text = isBase64Encoded ? Buffer.from(body, "base64").toString() : body;
  if (!/^\s*(?:\{\s*\})?\s*$/.test(text)) throw invalid("body", "must be empty");
  delete event.body;
}

function parseBody(): Middleware {
  // The media type is judged by readBodyText, which knows the other charsets too.
  const parser = jsonBodyParser<ScopedEvent>({ disableContentTypeCheck: true });
  return {
    before: (request) => {
      const { event } = request;
      if (event.served?.route.body === undefined) {
        requireNoBody(event);
        return;
      }
      const text = readBodyText(event);
      // Who says that JSON comes and sends none has lost it on the way: that is not taken for a body left out.
      if (text === undefined) return;
      event.body = text;
      event.isBase64Encoded = false;
      try {
        parser.before?.(request);
      } catch {
        throw refusalOf(text);
      }
    },
  };
}

function conditionsOf(headers: ScopedEvent["headers"]): ApiRequest<Route>["headers"] {
  const conditions: ApiRequest<Route>["headers"] = {};
  const { "if-match": ifMatch, "if-none-match": ifNoneMatch, authorization } = headers;
  if (ifMatch !== undefined) conditions.ifMatch = ifMatch;
  if (ifNoneMatch !== undefined) conditions.ifNoneMatch = ifNoneMatch;
  if (authorization !== undefined) conditions.authorization = authorization;
  const acceptEncoding = headers["accept-encoding"];
  if (acceptEncoding !== undefined) conditions.acceptEncoding = acceptEncoding;
  const { origin } = headers;
  if (origin !== undefined) conditions.origin = origin;
  return conditions;
}

function toRequest(event: ScopedEvent, route: Route): ApiRequest<Route> {
  const raw = {
    params: event.pathParameters ?? {},
    query: groupDotted(readQuery(event), route.query?.shape ?? {}),
    body: event.body,
  };
  const { params, query, body } = validateInput(route, raw);
  return {
    params,
    query,
    body,
    caller: event.caller,
    source: event.requestContext.http.sourceIp,
    requestId: event.requestContext.requestId,
    idempotency: readIdempotency(route, event.headers["idempotency-key"], raw),
    headers: conditionsOf(event.headers),
    remainingMillis: event.remainingMillis,
    path: event.rawPath,
  };
}

async function serve(event: ScopedEvent): Promise<APIGatewayProxyStructuredResultV2> {
  if (event.served === undefined) throw problem("not-found");
  const { route, operation } = event.served;
  const request = toRequest(event, route);
  const response = await operation(request);
  const ifNoneMatch = route.method === "GET" ? request.headers.ifNoneMatch : undefined;
  return renderResponse(response, { requestId: request.requestId, ifNoneMatch });
}

function logRequest(event: ScopedEvent, status: number | undefined): void {
  logger.info("request", {
    method: event.requestContext.http.method,
    route: event.served?.route.path ?? "$default",
    status,
    durationMs: Math.round((process.uptime() - event.startedAt) * 10_000) / 10,
  });
}

/**
 * The one wrapper around every HTTP function: finds the route, resolves the caller, checks the input against the
 * contract, runs the operation and renders its answer or its problem.
 * @throws Error at init when a route needs a caller and nothing resolves one. The handler itself never throws.
 */
export function createApi<const R extends Routes>(options: ApiOptions<R>): ApiHandler {
  const served = servedRoutes(options);
  void openTelemetry();
  const handler = middy<ScopedEvent, APIGatewayProxyStructuredResultV2>({ timeoutEarlyInMillis })
    .use(requireRoute(options))
    .use(requireCaller(options))
    .use(parseBody())
    .onError((request) => {
      const { requestId } = request.event.requestContext;
      request.response = renderProblem(toProblem(request.error, options.onConnectionError), requestId);
    })
    .handler(serve);

  return async (event, context) => {
    const headers = lowerCased(event.headers);
    startLogScope({ requestId: event.requestContext.requestId }, headers["x-amzn-trace-id"] ?? "");
    const scoped: ScopedEvent = {
      version: event.version,
      routeKey: event.routeKey,
      rawPath: event.rawPath,
      rawQueryString: event.rawQueryString,
      ...(event.queryStringParameters && { queryStringParameters: event.queryStringParameters }),
      ...(event.pathParameters && { pathParameters: event.pathParameters }),
      requestContext: event.requestContext,
      headers,
      // SAM sends null, others an empty text, where there is none.
      ...(event.body && { body: event.body }),
      isBase64Encoded: event.isBase64Encoded,
      // Not `performance`, which takes a millisecond to load.
      startedAt: process.uptime(),
      served: served.get(event.routeKey),
      caller: undefined,
      remainingMillis: () => context.getRemainingTimeInMillis(),
    };
    const { method } = event.requestContext.http;
    const { requestId } = event.requestContext;
    const result = await inRequestSpan(
      {
        method,
        route: scoped.served?.route,
        requestId,
        traceparent: headers.traceparent,
        userId: () => scoped.caller?.userId,
      },
      () => handler(scoped, context),
    );
    logRequest(scoped, result.statusCode);
    await flushTelemetry(context.getRemainingTimeInMillis());
    if (method !== "HEAD") return result;
    const { body: _, isBase64Encoded: __, ...withoutBody } = result;
    return withoutBody;
  };
}
