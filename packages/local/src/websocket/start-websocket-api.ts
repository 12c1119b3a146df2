import { once } from "node:events";
import { createServer } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { GatewayError } from "../gateway/gateway-error.ts";
import { listen } from "../gateway/listen.ts";
import { type ConnectionsOptions, createConnections } from "./connections.ts";
import { watchFrames } from "./frame-limit.ts";
import { serveManagementApi } from "./management-api.ts";

const longestMessageBytes = 128 * 1024;
const messageTooBig = 1009;
const closeMillis = 2_000;

export interface WebsocketApiOptions extends ConnectionsOptions {
  readonly host?: string;
  /** 0 takes a free port. */
  readonly port: number;
}

export interface WebsocketApi {
  /** For clients: `ws://…`. */
  readonly url: string;
  /** For functions that send to connections. */
  readonly callbackUrl: string;
  close(): Promise<void>;
}

function refuse(socket: Duplex, error: unknown): void {
  if (!(error instanceof GatewayError)) console.error("websocket:", error);
  const { status, message, body } = error instanceof GatewayError ? error : new GatewayError(500);
  socket.end(
    `HTTP/1.1 ${status} ${message}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
}

/**
 * API Gateway's WebSocket API for one machine, with its management API on the same port.
 * @throws StartupError when the port cannot be had
 */
export async function startWebsocketApi(options: WebsocketApiOptions): Promise<WebsocketApi> {
  const { host = "127.0.0.1", port } = options;
  const connections = createConnections(options);
  const upgrades = new WebSocketServer({
    noServer: true,
    maxPayload: longestMessageBytes,
    perMessageDeflate: false,
  });
  const server = createServer((request, response) => {
    serveManagementApi(connections.table, request, response).catch((error) => {
      console.error("websocket:", error);
      response.destroy();
    });
  });
  server.on("upgrade", async (request, socket, head) => {
    socket.on("error", () => {});
    try {
      const facts = await connections.admit(request);
      if (socket.destroyed)
        return void (await connections.leave(facts, 1006, "Connection closed abnormally"));
      upgrades.handleUpgrade(request, socket, head, (client) => {
        watchFrames(socket, head, () => client.close(messageTooBig, "Frame too long"));
        connections.open(facts, client);
      });
    } catch (error) {
      refuse(socket, error);
    }
  });
  const address = await listen(server, host, port, "WS_PORT");
  return {
    url: `ws://${address}`,
    callbackUrl: `http://${address}`,
    close: async () => {
      const closed = once(server, "close");
      connections.table.closeAll();
      server.close();
      const force = setTimeout(() => {
        for (const client of upgrades.clients) client.terminate();
        server.closeAllConnections();
      }, closeMillis);
      await closed;
      clearTimeout(force);
    },
  };
}
