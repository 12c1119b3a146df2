import { type Method, type Route, type Routes, routeKey } from "./route.ts";

/** A route as the gateway must know it. */
export interface GatewayRoute extends Pick<Route, "path" | "function" | "auth"> {
  readonly method: Method | "HEAD";
}

/** What browsers of other origins may send and read, where the deployment names some. */
export const cors = {
  allowMethods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
  allowHeaders: [
    "authorization",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "traceparent",
  ],
  exposeHeaders: [
    "etag",
    "idempotent-replayed",
    "link",
    "location",
    "ratelimit",
    "ratelimit-policy",
    "retry-after",
    "x-request-id",
  ],
} as const;

/** API Gateway has no HEAD for a GET route by itself: each is a route of its own, to the same function. */
export function gatewayRoutes(routes: Routes): GatewayRoute[] {
  return Object.values(routes).flatMap((route): GatewayRoute[] =>
    route.method === "GET" ? [route, { ...route, method: "HEAD" }] : [route],
  );
}

/** Every name by which the gateway may call for the route. */
export function routeKeysOf(route: Route): string[] {
  return route.method === "GET" ? [routeKey(route), `HEAD ${route.path}`] : [routeKey(route)];
}

function matches(template: string, segments: readonly string[]): boolean {
  const parts = template.split("/");
  return (
    parts.length === segments.length &&
    parts.every((part, index) => (part.startsWith("{") ? segments[index] !== "" : part === segments[index]))
  );
}

/** The methods that routes have for a path, sorted; none where no route has it. */
export function methodsOf(routes: Routes, path: string): string[] {
  const segments = path.split("/");
  const found = gatewayRoutes(routes).filter((route) => matches(route.path, segments));
  return [...new Set(found.map(({ method }) => method))].sort();
}
