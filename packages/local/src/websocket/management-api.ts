import type { IncomingMessage, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import type { ConnectionTable, OpenConnection } from "./connection-table.ts";

const longestMessageBytes = 128 * 1024;
const connectionPath = /^\/@connections\/([^/?]+)$/;

/** An error as the service's REST JSON protocol has it. */
function fail(response: ServerResponse, status: number, name: string, message: string): void {
  response.writeHead(status, { "content-type": "application/json", "x-amzn-errortype": name });
  response.end(JSON.stringify({ message }));
}

async function post(
  table: ConnectionTable,
  connection: OpenConnection,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const message = await buffer(request);
  if (message.length > longestMessageBytes) {
    return fail(response, 413, "PayloadTooLargeException", "Message too long");
  }
  table.touch(connection);
  connection.socket.send(message, { binary: false });
  response.writeHead(200).end();
}

function describe({ connectedAt, lastActiveAt, identity }: OpenConnection): string {
  return JSON.stringify({
    connectedAt: new Date(connectedAt).toISOString(),
    lastActiveAt: new Date(lastActiveAt).toISOString(),
    identity,
  });
}

/** The API Gateway Management API: send to a connection, look at it, close it. */
export async function serveManagementApi(
  table: ConnectionTable,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [, id] = connectionPath.exec(request.url ?? "") ?? [];
  const isSigned = request.headers.authorization?.startsWith("AWS4-HMAC-SHA256 ") === true;
  if (id === undefined || !isSigned) return fail(response, 403, "ForbiddenException", "Forbidden");
  const connection = table.get(decodeURIComponent(id));
  if (connection === undefined || connection.socket.readyState !== connection.socket.OPEN) {
    request.resume();
    return fail(response, 410, "GoneException", "Gone");
  }
  switch (request.method) {
    case "POST":
      return post(table, connection, request, response);
    case "GET":
      response.writeHead(200, { "content-type": "application/json" }).end(describe(connection));
      return;
    case "DELETE":
      connection.socket.close(1000, "Connection closed");
      response.writeHead(204).end();
      return;
    default:
      fail(response, 403, "ForbiddenException", "Forbidden");
  }
}
