import type { Route } from "@parley/contract/route";
import { inSpan } from "@parley/runtime/telemetry";
import type { APIGatewayProxyStructuredResultV2 } from "aws-lambda";

interface SpannedRequest {
  readonly method: string;
  readonly route: Pick<Route, "path"> | undefined;
  readonly requestId: string;
  /** As the client sent it. */
  readonly traceparent: string | undefined;
  /** Known once the request has been served. */
  readonly userId: () => string | undefined;
}

/** Runs `serve` as the span of a request, which continues the client's trace where it has one. */
export function inRequestSpan(
  { method, route, requestId, traceparent, userId }: SpannedRequest,
  serve: () => Promise<APIGatewayProxyStructuredResultV2>,
): Promise<APIGatewayProxyStructuredResultV2> {
  // The template of the path, for the path itself has ids.
  const name = route === undefined ? method : `${method} ${route.path}`;
  const attributes = {
    "http.request.method": method,
    "http.route": route?.path,
    "parley.request.id": requestId,
  };
  return inSpan(name, { kind: "server", traceparent, attributes }, async (span) => {
    const result = await serve();
    const { statusCode = 200 } = result;
    span.set({
      "http.response.status_code": statusCode,
      "user.id": userId(),
      ...(statusCode >= 500 && { "error.type": String(statusCode) }),
    });
    return result;
  });
}
