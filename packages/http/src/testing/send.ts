import type { Context } from "aws-lambda";
import type { ApiEvent, ApiHandler } from "../create-api.ts";

interface EventParts {
  body?: string;
  headers?: Record<string, string>;
  rawQueryString?: string;
  pathParameters?: Record<string, string>;
  authorizer?: Record<string, unknown>;
}

const signedIn = { sub: "sub-1", username: "ada", groups: "admin" };

/** An HTTP API event (payload format 2.0) of a signed-in user. */
export function eventFor(routeKey: string, parts: EventParts = {}): ApiEvent {
  const [method = "GET", path = "/nowhere"] = routeKey.split(" ");
  const { body, headers = {}, rawQueryString = "", pathParameters, authorizer = signedIn } = parts;
  return {
    version: "2.0",
    routeKey,
    rawPath: path,
    rawQueryString,
    headers,
    ...(pathParameters && { pathParameters }),
    ...(body !== undefined && { body }),
    isBase64Encoded: false,
    requestContext: {
      accountId: "000000000000",
      apiId: "api",
      authorizer: { lambda: authorizer },
      domainName: "localhost",
      domainPrefix: "localhost",
      http: { method, path, protocol: "HTTP/1.1", sourceIp: "127.0.0.1", userAgent: "test" },
      requestId: "request-1",
      routeKey,
      stage: "$default",
      time: "21/Nov/2026:09:30:00 +0000",
      timeEpoch: 1_795_253_400_000,
    },
  };
}

export const lambdaContext: Context = {
  callbackWaitsForEmptyEventLoop: false,
  functionName: "test",
  functionVersion: "1",
  invokedFunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:test",
  memoryLimitInMB: "256",
  awsRequestId: "invocation-1",
  logGroupName: "group",
  logStreamName: "stream",
  getRemainingTimeInMillis: () => 10_000,
  done: () => undefined,
  fail: () => undefined,
  succeed: () => undefined,
};

export interface Answer {
  status: number | undefined;
  /** With lower-case names, as an HTTP client sees them. */
  headers: Record<string, unknown>;
  body: unknown;
  /** The places a validation problem names. */
  errorPaths: string[];
}

/** Calls the handler and reads its answer as a client would. */
export async function send(handler: ApiHandler, event: ApiEvent, context = lambdaContext): Promise<Answer> {
  const result = await handler(event, context);
  const body: unknown = result.body === undefined ? undefined : JSON.parse(result.body);
  const headers = Object.entries(result.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]);
  const errors = (body as { errors?: { path: string }[] } | undefined)?.errors ?? [];
  return {
    status: result.statusCode,
    headers: Object.fromEntries(headers),
    body,
    errorPaths: errors.map((error) => error.path),
  };
}
