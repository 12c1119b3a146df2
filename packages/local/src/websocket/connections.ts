import type { IncomingMessage } from "node:http";
import type { RawData, WebSocket } from "ws";
import { GatewayError } from "../gateway/gateway-error.ts";
import type { Invocation } from "../lambda/protocol.ts";
import { readPolicy } from "./authorize-connection.ts";
import { createConnectionTable, type OpenConnection } from "./connection-table.ts";
import {
  type ConnectionFacts,
  connectArn,
  newConnectionId,
  requestContext,
  requestParts,
  type WebsocketRequestContext,
} from "./websocket-event.ts";

const refusals = [401, 403, 429, 503] as const;

export interface ConnectionsOptions {
  /** The routes besides `$connect`, `$disconnect` and `$default`: values of `$request.body.action`. */
  readonly actions?: readonly string[];
  /** The function of every route. */
  invoke(event: unknown): Promise<Invocation>;
  /** The authorizer of `$connect`; its identity source is the query's `token`. */
  authorize(event: unknown): Promise<Invocation>;
  readonly idleMillis?: number;
  readonly lifetimeMillis?: number;
}

function statusOf(outcome: Invocation): number {
  if ("functionError" in outcome) return 500;
  const { payload } = outcome;
  return typeof payload === "object" && payload !== null && "statusCode" in payload
    ? Number(payload.statusCode)
    : 500;
}

/** The route of a message: `$request.body.action` where there is such a route. */
function routeOf(text: string, actions: readonly string[]): string {
  try {
    const message: unknown = JSON.parse(text);
    const action =
      typeof message === "object" && message !== null && "action" in message ? message.action : "";
    return actions.find((name) => name === action) ?? "$default";
  } catch {
    return "$default";
  }
}

function answerOf(
  outcome: Invocation,
  { connectionId, requestId }: WebsocketRequestContext,
): string | undefined {
  if ("functionError" in outcome) {
    return JSON.stringify({ message: "Internal server error", connectionId, requestId });
  }
  const { payload } = outcome;
  const hasBody = typeof payload === "object" && payload !== null && "body" in payload;
  return hasBody && typeof payload.body === "string" ? payload.body : undefined;
}

/** What happens to connections, told to the functions as API Gateway does. */
export function createConnections(options: ConnectionsOptions) {
  const { idleMillis = 600_000, lifetimeMillis = 7_200_000, actions = [] } = options;
  const table = createConnectionTable({ idleMillis, lifetimeMillis });

  /** @throws GatewayError when the connection is not to be */
  async function admit(request: IncomingMessage): Promise<ConnectionFacts> {
    const facts = {
      connectionId: newConnectionId(),
      connectedAt: Date.now(),
      domainName: request.headers.host ?? "localhost",
      identity: {
        sourceIp: (request.socket.remoteAddress ?? "").replace(/^::ffff:/, ""),
        userAgent: request.headers["user-agent"] ?? "",
      },
      authorizer: {},
    };
    const parts = requestParts(request);
    // Without its identity source an authorizer is not asked.
    if (!parts.queryStringParameters?.token) throw new GatewayError(401);
    const { authorizer: _, ...unauthorized } = requestContext(facts, "$connect", "CONNECT");
    const asking = { type: "REQUEST", methodArn: connectArn, ...parts, requestContext: unauthorized };
    const admitted = { ...facts, authorizer: readPolicy(await options.authorize(asking)) };
    const context = requestContext(admitted, "$connect", "CONNECT");
    const status = statusOf(
      await options.invoke({ ...parts, requestContext: context, isBase64Encoded: false }),
    );
    if (status < 200 || status > 299)
      throw new GatewayError(refusals.find((known) => known === status) ?? 500);
    return admitted;
  }

  async function hear(connection: OpenConnection, data: RawData, isBinary: boolean): Promise<void> {
    table.touch(connection);
    const bytes = Buffer.isBuffer(data)
      ? data
      : Buffer.concat(Array.isArray(data) ? data : [Buffer.from(data)]);
    const text = bytes.toString("utf8");
    const context = requestContext(connection, routeOf(text, actions), "MESSAGE");
    const body = isBinary ? bytes.toString("base64") : text;
    const outcome = await options.invoke({ requestContext: context, body, isBase64Encoded: isBinary });
    const answer = answerOf(outcome, context);
    if (answer !== undefined && connection.socket.readyState === connection.socket.OPEN) {
      connection.socket.send(answer);
    }
  }

  async function leave(facts: ConnectionFacts, code: number, reason: string): Promise<void> {
    const context = {
      ...requestContext(facts, "$disconnect", "DISCONNECT"),
      disconnectStatusCode: code,
      disconnectReason: reason,
    };
    await options.invoke({ requestContext: context, isBase64Encoded: false });
  }

  function open(facts: ConnectionFacts, socket: WebSocket): void {
    const connection = table.add(facts, socket);
    socket.on("message", (data, isBinary) => void hear(connection, data, isBinary));
    socket.on("close", (code, reason) => void leave(facts, code, reason.toString()));
    socket.on("error", () => {});
  }

  return { table, admit, open, leave };
}
