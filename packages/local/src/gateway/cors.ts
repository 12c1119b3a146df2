import type { IncomingMessage } from "node:http";

/** The CORS configuration of an HTTP API. */
export interface CorsSettings {
  readonly allowOrigins: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly maxAgeSeconds: number;
}

/** A request that the gateway answers itself with 204: only browsers ask like this. */
export function isPreflight({ method, headers }: IncomingMessage): boolean {
  return (
    method === "OPTIONS" &&
    headers.origin !== undefined &&
    headers["access-control-request-method"] !== undefined
  );
}

function allowedOrigin(settings: CorsSettings, request: IncomingMessage): string | undefined {
  const { origin } = request.headers;
  if (origin === undefined) return undefined;
  if (settings.allowOrigins.includes("*")) return "*";
  return settings.allowOrigins.includes(origin) ? origin : undefined;
}

/** The headers of an answer to a configured origin; none for any other. */
export function corsHeaders(settings: CorsSettings, request: IncomingMessage): Record<string, string> {
  const origin = allowedOrigin(settings, request);
  if (origin === undefined) return {};
  if (!isPreflight(request)) {
    return {
      "access-control-allow-origin": origin,
      "access-control-expose-headers": settings.exposeHeaders.join(","),
    };
  }
  return {
    "access-control-allow-origin": origin,
    "access-control-allow-methods": settings.allowMethods.join(","),
    "access-control-allow-headers": settings.allowHeaders.join(","),
    "access-control-max-age": String(settings.maxAgeSeconds),
  };
}
