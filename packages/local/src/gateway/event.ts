import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { APIGatewayRequestAuthorizerEventV2 } from "aws-lambda";
import { GatewayError } from "./gateway-error.ts";

const accountId = "000000000000";
const apiId = "local";
const stage = "$default";
// They belong to the connection, not to the request.
const connectionHeaders = new Set([
  "connection",
  "expect",
  "keep-alive",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** A request's target, split and checked. */
export interface Target {
  readonly rawPath: string;
  readonly rawQueryString: string;
  /** Decoded. */
  readonly segments: readonly string[];
}

/** The part of an event (payload format 2.0) that a function and the authorizer both get. */
export type RequestEvent = Pick<
  APIGatewayRequestAuthorizerEventV2,
  "version" | "routeKey" | "rawPath" | "rawQueryString" | "requestContext"
> & {
  readonly headers: Record<string, string>;
  readonly cookies?: string[];
  readonly queryStringParameters?: Record<string, string>;
  readonly pathParameters?: Record<string, string>;
};

function decode(text: string): string {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    throw new GatewayError(400);
  }
}

/** @throws GatewayError 400 when it is no path, or not UTF-8 after decoding */
export function parseTarget(url: string): Target {
  // Proxies ask for the whole URL.
  const target = url.replace(/^https?:\/\/[^/?]*/i, "");
  const question = target.indexOf("?");
  const rawPath = question < 0 ? target : target.slice(0, question);
  if (!rawPath.startsWith("/")) throw new GatewayError(400);
  return {
    rawPath,
    rawQueryString: question < 0 ? "" : target.slice(question + 1),
    segments: rawPath.split("/").slice(1).map(decode),
  };
}

function append(values: Record<string, string>, name: string, value: string): void {
  if (Object.hasOwn(values, name)) values[name] += `,${value}`;
  else if (name !== "__proto__") values[name] = value;
  // An assignment would set the prototype.
  else Object.defineProperty(values, name, { value, enumerable: true, configurable: true, writable: true });
}

function parseQuery(rawQueryString: string): Record<string, string> | undefined {
  if (rawQueryString === "") return undefined;
  const parameters: Record<string, string> = {};
  for (const pair of rawQueryString.replaceAll("+", " ").split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const name = equals < 0 ? pair : pair.slice(0, equals);
    append(parameters, decode(name), equals < 0 ? "" : decode(pair.slice(equals + 1)));
  }
  return parameters;
}

function joinHeaders(rawHeaders: readonly string[]): { headers: Record<string, string>; cookies: string[] } {
  const headers: Record<string, string> = {};
  const cookies: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? "";
    const value = rawHeaders[index + 1] ?? "";
    if (name === "cookie") cookies.push(...value.split(/; */).filter((cookie) => cookie !== ""));
    else if (!connectionHeaders.has(name)) append(headers, name, value);
  }
  return { headers, cookies };
}

const clock = { second: 0, text: "" };

/** The log format of Apache, which API Gateway uses: `12/Mar/2026:19:03:58 +0000`. */
function commonLogTime(epochMillis: number): string {
  const second = Math.floor(epochMillis / 1000);
  if (clock.second !== second) {
    const [, day, month, year, time] = new Date(epochMillis).toUTCString().split(" ");
    Object.assign(clock, { second, text: `${day}/${month}/${year}:${time} +0000` });
  }
  return clock.text;
}

/** Builds the event of a request without its body. */
export function buildEvent(
  request: IncomingMessage,
  target: Target,
  routeKey: string,
  pathParameters: Record<string, string> | undefined,
): RequestEvent {
  const { headers, cookies } = joinHeaders(request.rawHeaders);
  const { rawPath, rawQueryString } = target;
  const queryStringParameters = parseQuery(rawQueryString);
  const sourceIp = (request.socket.remoteAddress ?? "").replace(/^::ffff:/, "");
  const domainName = headers.host ?? "localhost";
  const timeEpoch = Date.now();
  append(headers, "x-forwarded-for", sourceIp);
  return {
    version: "2.0",
    routeKey,
    rawPath,
    rawQueryString,
    ...(cookies.length > 0 && { cookies }),
    headers,
    ...(queryStringParameters !== undefined && { queryStringParameters }),
    requestContext: {
      accountId,
      apiId,
      domainName,
      domainPrefix: domainName.split(/[.:]/)[0] ?? "",
      http: {
        method: request.method ?? "",
        path: rawPath,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp,
        userAgent: headers["user-agent"] ?? "",
      },
      requestId: randomUUID(),
      routeKey,
      stage,
      time: commonLogTime(timeEpoch),
      timeEpoch,
    },
    ...(pathParameters !== undefined && { pathParameters }),
  };
}

/** The resource name that an authorizer's answer is about. */
export function routeArn({ requestContext: { http } }: RequestEvent): string {
  return `arn:aws:execute-api:us-east-1:${accountId}:${apiId}/${stage}/${http.method}${http.path}`;
}
