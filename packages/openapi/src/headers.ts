import * as z from "zod/mini";
import type { DescribedRoute } from "./described-routes.ts";

type Header = Record<string, unknown>;

const text = { type: "string" };
const seconds = { type: "integer", minimum: 0 };

/** Response headers, referred to by name. */
export const headers = {
  "X-Request-Id": { description: "In every answer, and in every log line of the request", schema: text },
  ETag: { description: "Strong version of the resource, for If-None-Match and If-Match", schema: text },
  Location: { description: "Where the reply can be polled", schema: text },
  Allow: { description: "The methods that the path takes", schema: text },
  Link: { description: 'The next page: `<…>; rel="next"`', schema: text },
  "Retry-After": { description: "Seconds to wait before the next attempt", schema: seconds },
  RateLimit: { description: "What is left of the policy that was exceeded", schema: text },
  "RateLimit-Policy": { description: "The policy that was exceeded: requests per window", schema: text },
  "WWW-Authenticate": { description: "`Bearer`", schema: text },
  "Idempotent-Replayed": {
    description: "`true` when the first answer to this Idempotency-Key is given again",
    schema: { type: "string", enum: ["true"] },
  },
} satisfies Record<string, Header>;

type HeaderName = keyof typeof headers;

/** Request headers, referred to by name. */
export const headerParameters = {
  IdempotencyKey: {
    name: "Idempotency-Key",
    in: "header",
    description: "Same key and same body: the first answer again. Same key and another body: 422. Kept 24 h.",
    schema: { type: "string", pattern: "^[!-~]{1,255}$" },
  },
  IfMatch: {
    name: "If-Match",
    in: "header",
    description: "Write only if the resource still has this ETag, else 412",
    schema: text,
  },
  IfNoneMatch: {
    name: "If-None-Match",
    in: "header",
    description: "Answer 304 if the resource still has this ETag",
    schema: text,
  },
} satisfies Record<string, Header>;

function hasField(schema: z.ZodMiniType | undefined, field: string): boolean {
  return schema instanceof z.ZodMiniObject && field in schema.shape;
}

/** GET or PATCH of one resource: those answer with an ETag. */
function hasEtag(route: DescribedRoute): boolean {
  const isSingle = ["GET", "PATCH"].includes(route.method) && hasField(route.responses[200], "id");
  return isSingle || route.hasEtag === true;
}

function hasCursor(route: DescribedRoute): boolean {
  return route.query !== undefined && "cursor" in route.query.shape;
}

/** References to the named headers. */
export function headerRefs(names: readonly HeaderName[]): Record<string, { $ref: string }> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

/** The headers of a successful answer. */
export function responseHeaders(route: DescribedRoute, status: number): HeaderName[] {
  const schema = route.responses[status];
  const names: HeaderName[] = ["X-Request-Id"];
  if (status === 200 && hasEtag(route)) names.push("ETag");
  if (hasField(schema, "nextCursor") || (route.mediaType !== undefined && hasCursor(route)))
    names.push("Link");
  if (hasField(schema, "reply")) names.push("Location");
  if (hasField(schema, "reply") || (route.query && "waitSeconds" in route.query.shape) || status === 503) {
    names.push("Retry-After");
  }
  if (route.idempotent === true) names.push("Idempotent-Replayed");
  return names;
}

/** Which request headers the route reads. */
export function requestHeaders(route: DescribedRoute): (keyof typeof headerParameters)[] {
  return [
    ...(route.idempotent === true ? (["IdempotencyKey"] as const) : []),
    ...(route.problems?.includes("precondition-failed") === true ? (["IfMatch"] as const) : []),
    ...(route.method === "GET" && hasEtag(route) ? (["IfNoneMatch"] as const) : []),
  ];
}
