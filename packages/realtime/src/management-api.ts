import type { ApiGatewayManagementApiClient } from "@aws-sdk/client-apigatewaymanagementapi";
import { describeError } from "@parley/runtime/describe-error";
import { logger } from "@parley/runtime/logger";

/** `gone`: the connection is closed. `failed`: it may be open, but this message did not reach it. */
export type Delivery = "sent" | "gone" | "failed";

/** The side of API Gateway's WebSocket API that functions call. Nothing of it ever throws. */
export interface ManagementApi {
  post(connectionId: string, data: string): Promise<Delivery>;
  /** Closes a connection. */
  disconnect(connectionId: string): Promise<Delivery>;
}

// Between a function and its own region's API; what takes longer is not worth waiting for.
const timeoutMillis = 1_000;
const failuresToRest = 3;
const restMillis = 10_000;

function load() {
  return import("@aws-sdk/client-apigatewaymanagementapi");
}

/**
 * @param callbackUrl of the WebSocket API's stage; region and credentials come from the environment. The SDK is
 * loaded by the first call.
 */
export function createManagementApi(callbackUrl: string): ManagementApi {
  let client: ApiGatewayManagementApiClient | undefined;
  let failures = 0;
  let restUntil = 0;

  async function sdk() {
    const module = await load();
    client ??= new module.ApiGatewayManagementApiClient({ endpoint: callbackUrl, maxAttempts: 1 });
    return { client, ...module };
  }

  function failed(error: unknown): Delivery {
    failures += 1;
    restUntil = performance.now() + restMillis;
    logger.warn("event not delivered", { error: describeError(error) });
    return "failed";
  }

  async function attempt(call: (abortSignal: AbortSignal) => Promise<unknown>): Promise<Delivery> {
    // A dead API costs its time limit a few times, and then nothing for a while.
    if (failures >= failuresToRest && performance.now() < restUntil) return "failed";
    try {
      await call(AbortSignal.timeout(timeoutMillis));
      failures = 0;
      return "sent";
    } catch (error) {
      if (!(error instanceof Error && error.name === "GoneException")) return failed(error);
      failures = 0;
      return "gone";
    }
  }

  return {
    post: (ConnectionId, Data) =>
      attempt(async (abortSignal) => {
        const { client, PostToConnectionCommand } = await sdk();
        await client.send(new PostToConnectionCommand({ ConnectionId, Data }), { abortSignal });
      }),
    disconnect: (ConnectionId) =>
      attempt(async (abortSignal) => {
        const { client, DeleteConnectionCommand } = await sdk();
        await client.send(new DeleteConnectionCommand({ ConnectionId }), { abortSignal });
      }),
  };
}
