import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import type { Invocation } from "../lambda/protocol.ts";
import { type Gateway, type GatewayOptions, startGateway } from "./start-gateway.ts";

/** What a test wants the functions to answer; by default each answers with the event it got. */
type Answer = (functionName: string, event: unknown) => Promise<Invocation>;

const echo: Answer = async (functionName, event) => ({ payload: { functionName, event } });

export async function startTestGateway(options: Partial<GatewayOptions> = {}): Promise<Gateway> {
  const gateway = await startGateway({
    port: 0,
    routes: [
      { method: "GET", path: "/open", auth: "none", function: "open" },
      { method: "POST", path: "/open", auth: "none", function: "open" },
      { method: "GET", path: "/items/{itemId}", auth: "none", function: "items" },
      { method: "GET", path: "/closed", auth: "user", function: "closed" },
      { method: "POST", path: "/closed", auth: "user", function: "closed" },
    ],
    defaultFunction: "fallback",
    invoke: echo,
    authorizer: { invoke: async () => ({ payload: { isAuthorized: true } }), cacheSeconds: 0 },
    ...options,
  });
  onTestFinished(() => gateway.close());
  return gateway;
}

/** Sends bytes as they are and reads until the gateway closes the connection. */
export async function exchange(gateway: Gateway, bytes: string): Promise<string> {
  const socket = connect(Number(new URL(gateway.url).port), "127.0.0.1");
  socket.write(bytes);
  return text(socket);
}
