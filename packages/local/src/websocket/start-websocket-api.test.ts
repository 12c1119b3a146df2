import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from "@aws-sdk/client-apigatewaymanagementapi";
import { expect, onTestFinished, test } from "vitest";
import { startWebsocketApi, type WebsocketApi, type WebsocketApiOptions } from "./start-websocket-api.ts";
import { connectArn } from "./websocket-event.ts";

interface SeenEvent {
  requestContext: { routeKey: string; eventType: string; connectionId: string; authorizer?: object };
  body?: string;
  isBase64Encoded?: boolean;
  queryStringParameters?: Record<string, string>;
}

const policy = (Effect: "Allow" | "Deny", Resource = connectArn) => ({
  principalId: "ada",
  policyDocument: { Version: "2012-10-17", Statement: [{ Action: "execute-api:Invoke", Effect, Resource }] },
  context: { sub: "ada" },
});

async function start(options: Partial<WebsocketApiOptions> = {}) {
  const events: SeenEvent[] = [];
  const api = await startWebsocketApi({
    port: 0,
    authorize: async () => ({ payload: policy("Allow") }),
    invoke: async (event) => {
      events.push(event as SeenEvent);
      return { payload: { statusCode: 200 } };
    },
    ...options,
  });
  onTestFinished(() => api.close());
  return { api, events };
}

async function connect(
  api: WebsocketApi,
  query = "?token=t",
): Promise<{ socket: WebSocket; received: string[] }> {
  const socket = new WebSocket(`${api.url}/${query}`);
  const received: string[] = [];
  socket.addEventListener("message", ({ data }) => received.push(String(data)));
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener("open", () => resolve());
    socket.addEventListener("error", () => reject(new Error("refused")));
  });
  return { socket, received };
}

const closeCode = (socket: WebSocket) =>
  new Promise<number>((resolve) => socket.addEventListener("close", ({ code }) => resolve(code)));

const clientOf = (api: WebsocketApi) =>
  new ApiGatewayManagementApiClient({
    endpoint: api.callbackUrl,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  });

test("connect, messages by their action, and disconnect reach the function as API Gateway's events", async () => {
  const { api, events } = await start({ actions: ["ping"] });
  const { socket } = await connect(api, "?token=t&x=1&x=2");
  for (const message of ['{"action":"ping"}', '{"action":"other"}', "not JSON"]) socket.send(message);
  socket.send(new Uint8Array([1, 2]));
  await expect.poll(() => events.length).toBe(5);
  socket.close(1000, "bye");
  await expect.poll(() => events.length).toBe(6);
  expect(events[0]).toMatchObject({
    queryStringParameters: { token: "t", x: "2" },
    multiValueQueryStringParameters: { x: ["1", "2"] },
    requestContext: { eventType: "CONNECT", authorizer: { principalId: "ada", sub: "ada" } },
  });
  expect(events.map(({ requestContext: { routeKey } }) => routeKey)).toEqual([
    "$connect",
    "ping",
    "$default",
    "$default",
    "$default",
    "$disconnect",
  ]);
  expect(events[4]).toMatchObject({ body: "AQI=", isBase64Encoded: true });
  expect(events[5]?.requestContext).toMatchObject({ disconnectStatusCode: 1000, disconnectReason: "bye" });
  expect(new Set(events.map(({ requestContext }) => requestContext.connectionId)).size).toBe(1);
});

test.each([
  ["no token", "", {}, 0],
  ["a policy that denies", "?token=t", { payload: policy("Deny") }, 0],
  ["a policy about something else", "?token=t", { payload: policy("Allow", "arn:aws:execute-api:x") }, 0],
  ["no policy", "?token=t", { payload: { isAuthorized: true } }, 0],
  ["a refusal", "?token=t", { functionError: { errorType: "Error", errorMessage: "Unauthorized" } }, 0],
])("%s keeps a client out, and the function is not asked", async (_, query, answer, asked) => {
  const { api, events } = await start({ authorize: async () => answer as { payload: unknown } });
  await expect(connect(api, query)).rejects.toThrow("refused");
  expect(events).toHaveLength(asked);
});

test("so does a function that refuses the connection", async () => {
  const { api } = await start({ invoke: async () => ({ payload: { statusCode: 403 } }) });
  await expect(connect(api)).rejects.toThrow("refused");
});

test("what the function answers is sent, and its failure too", async () => {
  const { api } = await start({
    invoke: async (event) => {
      const { body } = event as SeenEvent;
      if (body === "fail") return { functionError: { errorType: "Error", errorMessage: "secret" } };
      return { payload: { statusCode: 200, ...(body !== undefined && { body: body.toUpperCase() }) } };
    },
  });
  const { socket, received } = await connect(api);
  socket.send("hello");
  await expect.poll(() => received).toEqual(["HELLO"]);
  socket.send("fail");
  await expect.poll(() => received.length).toBe(2);
  expect(received[1]).toContain("Internal server error");
  expect(received[1]).not.toContain("secret");
});

test.each([
  ["frame over 32 KB", "x".repeat(33 * 1024)],
  ["message over 128 KB", "x".repeat(200 * 1024)],
])("a %s ends the connection", async (_, message) => {
  const { api, events } = await start();
  const { socket } = await connect(api);
  socket.send("x".repeat(31 * 1024));
  await expect.poll(() => events.length).toBe(2);
  socket.send(message);
  expect(await closeCode(socket)).toBe(1009);
});

test("idle and old connections are closed", async () => {
  const idle = await start({ idleMillis: 80 });
  const old = await start({ lifetimeMillis: 80 });
  for (const { api } of [idle, old]) {
    const { socket } = await connect(api);
    expect(await closeCode(socket)).toBe(1001);
  }
});

test("the management API speaks to the same SDK", async () => {
  const { api, events } = await start();
  const { socket, received } = await connect(api);
  const ConnectionId = events[0]?.requestContext.connectionId ?? "";
  const client = clientOf(api);
  await client.send(new PostToConnectionCommand({ ConnectionId, Data: "héllo" }));
  await expect.poll(() => received).toEqual(["héllo"]);
  const found = await client.send(new GetConnectionCommand({ ConnectionId }));
  expect(found).toMatchObject({ Identity: { SourceIp: "127.0.0.1" } });
  expect(found.ConnectedAt).toBeInstanceOf(Date);
  const long = client.send(new PostToConnectionCommand({ ConnectionId, Data: "x".repeat(129 * 1024) }));
  await expect(long).rejects.toMatchObject({ name: "PayloadTooLargeException" });
  const code = closeCode(socket);
  await client.send(new DeleteConnectionCommand({ ConnectionId }));
  expect(await code).toBe(1000);
  const gone = client.send(new PostToConnectionCommand({ ConnectionId, Data: "x" }));
  await expect(gone).rejects.toMatchObject({ name: "GoneException", $metadata: { httpStatusCode: 410 } });
  const unsigned = await fetch(`${api.callbackUrl}/@connections/x`);
  expect(unsigned.status).toBe(403);
});

test("a port that is taken is one clear sentence", async () => {
  const { api } = await start();
  const port = Number(new URL(api.callbackUrl).port);
  await expect(start({ port })).rejects.toThrow(
    `Port ${port} of 127.0.0.1 is in use: choose another one with WS_PORT.`,
  );
});
