import type { APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import type { ApiResponse } from "./api-types.ts";
import { isNoneMatchHit, quoteEtag } from "./etag.ts";
import type { Problem } from "./problem.ts";

export interface RenderContext {
  requestId: string;
  /** Set for GET only. */
  ifNoneMatch?: string | undefined;
}

function commonHeaders(requestId: string): Record<string, string> {
  return { "X-Request-Id": requestId, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store" };
}

/** An operation's answer as API Gateway takes it; 304 when the client already has this version. */
export function renderResponse(
  { status, body, content, headers, etag }: ApiResponse,
  { requestId, ifNoneMatch }: RenderContext,
): APIGatewayProxyStructuredResultV2 {
  const all = commonHeaders(requestId);
  if (etag !== undefined) {
    all.ETag = quoteEtag(etag);
    all["Cache-Control"] = "private, no-cache";
  }
  Object.assign(all, headers);
  if (etag !== undefined && isNoneMatchHit(ifNoneMatch, etag)) return { statusCode: 304, headers: all };
  if (content !== undefined) return { statusCode: status, headers: all, ...renderContent(content) };
  if (body === undefined) return { statusCode: status, headers: all };
  all["Content-Type"] ??= "application/json";
  return { statusCode: status, headers: all, body: JSON.stringify(body) };
}

function renderContent(content: string | Uint8Array) {
  if (typeof content === "string") return { body: content };
  return { body: Buffer.from(content).toString("base64"), isBase64Encoded: true };
}

/** A problem as API Gateway takes it, with the headers its status cannot go without. */
export function renderProblem(problem: Problem, requestId: string): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode: problem.status,
    headers: {
      ...commonHeaders(requestId),
      "Content-Type": "application/problem+json",
      ...(problem.status === 401 && { "WWW-Authenticate": "Bearer" }),
      ...(problem.status === 503 && { "Retry-After": "2" }),
      ...problem.options.headers,
    },
    body: JSON.stringify(problem.toDocument(requestId)),
  };
}
