import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { createRealtime } from "./create-realtime.ts";

beforeEach(() => {
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  vi.stubEnv("AWS_REGION", "us-east-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
});

/** A management API that answers each connection with a status: `c-410` with 410; 0 never. */
async function managementApi(remove = async () => {}) {
  const posts: string[] = [];
  const server = createServer((request, response) => {
    const id = decodeURIComponent(request.url?.split("/").at(-1) ?? "");
    posts.push(`${request.method} ${id}`);
    const status = Number(id.split("-")[1]);
    if (status === 0) return;
    const name = status === 410 ? "GoneException" : "LimitExceededException";
    response.writeHead(status, { "x-amzn-errortype": name, "content-type": "application/json" });
    response.end(status === 200 ? "" : "{}");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const removed: unknown[] = [];
  const realtime = createRealtime({
    callbackUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    removeConnections: (...args) => {
      removed.push(args);
      return remove();
    },
  });
  return { posts, removed, realtime };
}

const event = { type: "pong" as const };

test("each connection gets the event; those that are gone are removed, those that fail are not", async () => {
  const { posts, removed, realtime } = await managementApi();
  await realtime.send("ada", ["a-200", "b-410", "c-429"], event);
  expect(posts.sort()).toEqual(["POST a-200", "POST b-410", "POST c-429"]);
  expect(removed).toEqual([["ada", ["b-410"]]]);
});

test("a dead API is left alone for a while after three failures", async () => {
  const { posts, realtime } = await managementApi();
  for (let count = 0; count < 3; count++) await realtime.send("ada", ["a-500"], event);
  await realtime.send("ada", ["a-200"], event);
  expect(posts).toHaveLength(3);
});

test("without listeners or without an API nothing is sent or removed", async () => {
  const { posts, realtime } = await managementApi();
  await realtime.announce({ ownerId: "ada", connectionIds: [], endedConnectionIds: [], replies: [] });
  await realtime.send("ada", [], event);
  const none = createRealtime({ callbackUrl: undefined, removeConnections: () => Promise.reject() });
  await none.send("ada", ["a"], event);
  await none.disconnect(["a"]);
  expect(posts).toEqual([]);
});

test("connections that have ended are closed and forgotten, and told nothing", async () => {
  const { posts, removed, realtime } = await managementApi();
  const reply = { id: "r", conversationId: "c", messageId: "m", assistantMessageId: null };
  const replies = [{ ...reply, status: "queued" as const, attempt: 0, sequence: 0 }];
  const endedConnectionIds = ["x-200", "y-410", "z-500"];
  await realtime.announce({ ownerId: "ada", connectionIds: ["a-200"], endedConnectionIds, replies });
  expect(posts.sort()).toEqual(["DELETE x-200", "DELETE y-410", "DELETE z-500", "POST a-200"]);
  // The one that could not be closed is tried again with the next news.
  expect(removed).toEqual([["ada", ["x-200", "y-410"]]]);
});

test("a connection that is closed gets its last event before", async () => {
  const { posts, realtime } = await managementApi();
  await realtime.disconnect(["a-200"], event);
  expect(posts).toEqual(["POST a-200", "DELETE a-200"]);
});

test("a database that is away costs a log line", async () => {
  const { posts, realtime } = await managementApi(() => Promise.reject(new Error("away")));
  await realtime.send("ada", ["b-410"], event);
  expect(posts).toEqual(["POST b-410"]);
});
