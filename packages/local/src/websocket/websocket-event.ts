import { randomBytes, randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";

const accountId = "000000000000";
const apiId = "local";
const stage = "local";

export interface WebsocketIdentity {
  readonly sourceIp: string;
  readonly userAgent: string;
}

/** What an event says of its connection. */
export interface ConnectionFacts {
  readonly connectionId: string;
  readonly connectedAt: number;
  readonly domainName: string;
  readonly identity: WebsocketIdentity;
  /** What the authorizer gave. */
  readonly authorizer: Readonly<Record<string, unknown>>;
}

/** Ids look like API Gateway's, whose `=` has to be escaped in a path. */
export function newConnectionId(): string {
  return `${randomBytes(11).toString("base64url")}=`;
}

export function requestContext(
  facts: ConnectionFacts,
  routeKey: string,
  eventType: "CONNECT" | "MESSAGE" | "DISCONNECT",
) {
  const requestId = randomUUID();
  const now = new Date();
  return {
    routeKey,
    eventType,
    ...(eventType === "MESSAGE" && { messageId: randomBytes(9).toString("base64url") }),
    extendedRequestId: requestId,
    requestTime: now.toUTCString(),
    messageDirection: "IN" as const,
    stage,
    connectedAt: facts.connectedAt,
    requestTimeEpoch: now.getTime(),
    identity: facts.identity,
    requestId,
    domainName: facts.domainName,
    connectionId: facts.connectionId,
    apiId,
    authorizer: facts.authorizer,
  };
}

export type WebsocketRequestContext = ReturnType<typeof requestContext>;

/** Header and query parts of an event, as API Gateway writes them: the last value, and all of them. */
export function requestParts(request: IncomingMessage) {
  const query = new URL(request.url ?? "/", "ws://localhost").searchParams;
  const names = [...new Set(query.keys())];
  const headers = Object.entries(request.headersDistinct);
  return {
    headers: Object.fromEntries(headers.map(([name, values]) => [name, values?.at(-1) ?? ""])),
    multiValueHeaders: Object.fromEntries(headers),
    ...(names.length > 0 && {
      queryStringParameters: Object.fromEntries(names.map((name) => [name, query.getAll(name).at(-1)])),
      multiValueQueryStringParameters: Object.fromEntries(names.map((name) => [name, query.getAll(name)])),
    }),
  };
}

/** The resource that a `$connect` is about. */
export const connectArn = `arn:aws:execute-api:us-east-1:${accountId}:${apiId}/${stage}/$connect`;
