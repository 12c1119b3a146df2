import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createQueueClient, type QueueClient } from "./queue-client.ts";
import { QueueError } from "./queue-error.ts";

let server: Server;
let client: QueueClient;
let requests: number;
let answer: RequestListener;

beforeEach(async () => {
  requests = 0;
  answer = (_request, response) => response.end('{"ok":true}');
  server = createServer((request, response) => {
    requests += 1;
    request.resume();
    answer(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  client = createQueueClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});

afterEach(() => {
  client.close();
  server.closeAllConnections();
  server.close();
});

const call = (signal?: AbortSignal) => client.call("ReceiveMessage", { QueueUrl: "/q" }, signal);

describe("createQueueClient", () => {
  it("keeps its connection, and opens another where the server closed it", async () => {
    let connections = 0;
    server.on("connection", () => {
      connections += 1;
    });
    await call();
    await call();
    expect(connections).toBe(1);
    server.closeAllConnections();
    expect(await call()).toEqual({ ok: true });
    expect(connections).toBe(2);
  });

  it.each<[string, RequestListener]>([
    [
      "a connection that ends in the middle of the answer",
      (_, response) => response.write('{"o', () => response.destroy()),
    ],
    ["a connection that ends before it", (_, response) => response.destroy()],
    ["what is no JSON", (_, response) => response.end("<html>")],
    ["a list", (_, response) => response.end("[]")],
    ["a failure of the service", (_, response) => response.writeHead(503).end('{"message":"later"}')],
  ])("tries again after %s", async (_, fail) => {
    const well = answer;
    answer = (request, response) => (requests < 3 ? fail : well)(request, response);
    expect(await call()).toEqual({ ok: true });
    requests = Number.NEGATIVE_INFINITY;
    await expect(call()).rejects.toThrow();
  });

  it("does not ask again where it was refused, and says why", async () => {
    answer = (_, response) =>
      response
        .writeHead(400)
        .end('{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"no such queue"}');
    const error = await call().catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(QueueError);
    expect(error).toMatchObject({ code: "QueueDoesNotExist", message: "no such queue" });
    expect(requests).toBe(1);
  });

  it("fails where nobody listens", async () => {
    server.close();
    await expect(call()).rejects.toThrow("ECONNREFUSED");
  });

  it("ends with its signal, and tries no more", async () => {
    answer = () => {};
    const stopping = new AbortController();
    const calling = call(stopping.signal);
    await expect.poll(() => requests).toBe(1);
    stopping.abort();
    await expect(calling).rejects.toThrow("abort");
    expect(requests).toBe(1);
  });
});
