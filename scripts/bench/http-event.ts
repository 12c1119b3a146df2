import type { ApiEvent } from "@parley/http/create-api";
import type { Context } from "aws-lambda";

const sourceIp = "127.0.0.1";

/** An event of the HTTP API (payload format 2.0) for a signed-in user. `target` is a path with or without a query. */
export function httpEvent(
  method: string,
  target: string,
  pathParameters: Record<string, string> = {},
  body?: object,
): ApiEvent {
  const [path = "", query = ""] = target.split("?");
  const routeKey = `${method} ${path}`;
  return {
    version: "2.0",
    routeKey,
    rawPath: path,
    rawQueryString: query,
    headers: { host: "localhost", ...(body && { "content-type": "application/json" }) },
    pathParameters,
    ...(body && { body: JSON.stringify(body) }),
    isBase64Encoded: false,
    requestContext: {
      accountId: "000000000000",
      apiId: "bench",
      authorizer: { lambda: { sub: "bench", username: "bench", groups: "", tokenUse: "access" } },
      domainName: "localhost",
      domainPrefix: "localhost",
      http: { method, path, protocol: "HTTP/1.1", sourceIp, userAgent: "bench" },
      requestId: "bench",
      routeKey,
      stage: "$default",
      time: "01/Jan/2026:00:00:00 +0000",
      timeEpoch: 0,
    },
  };
}

/** What Lambda tells an invocation of itself. */
export const invocation: Context = {
  callbackWaitsForEmptyEventLoop: false,
  functionName: "bench",
  functionVersion: "$LATEST",
  invokedFunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:bench",
  memoryLimitInMB: "512",
  awsRequestId: "bench",
  logGroupName: "bench",
  logStreamName: "bench",
  getRemainingTimeInMillis: () => 30_000,
  done: () => {},
  fail: () => {},
  succeed: () => {},
};
