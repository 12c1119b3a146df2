import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { StartupError } from "@parley/embedded-postgres/startup-error";
import { expect, test, vi } from "vitest";
import { exchange, startTestGateway } from "./gateway.fixture.ts";

const cors = {
  allowOrigins: ["https://app.example"],
  allowMethods: ["GET", "POST"],
  allowHeaders: ["authorization"],
  exposeHeaders: ["etag", "location"],
  maxAgeSeconds: 600,
};
const preflight = { method: "OPTIONS", headers: { "Access-Control-Request-Method": "POST" } };

async function answered(response: Response) {
  return { status: response.status, type: response.headers.get("content-type"), body: await response.text() };
}

test("a function that fails is a bare 500, one that takes too long a bare 503", async () => {
  const gateway = await startTestGateway({
    integrationTimeoutMillis: 50,
    invoke: async (name) => {
      if (name === "items") await delay(500, undefined, { ref: false });
      return { functionError: { errorType: "Error", errorMessage: "secret" } };
    },
  });
  expect(await answered(await fetch(`${gateway.url}/open`))).toEqual({
    status: 500,
    type: "application/json",
    body: '{"message":"Internal Server Error"}',
  });
  expect(await answered(await fetch(`${gateway.url}/items/1`))).toEqual({
    status: 503,
    type: "application/json",
    body: '{"message":"Service Unavailable"}',
  });
});

test("a header that HTTP does not allow is a 500 and the gateway lives on", async () => {
  const quiet = vi.spyOn(console, "error").mockImplementation(() => {});
  const gateway = await startTestGateway({
    invoke: async () => ({ payload: { statusCode: 200, headers: { location: "a\r\nb: c" } } }),
  });
  expect((await fetch(`${gateway.url}/open`)).status).toBe(500);
  expect((await fetch(`${gateway.url}/open`)).status).toBe(500);
  quiet.mockRestore();
});

test.each(["/%zz", "/items/%ff", "/open?a=%zz"])("%s is a 400", async (path) => {
  const gateway = await startTestGateway();
  const answer = await exchange(gateway, `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1\.1 400 .*\{"message":"Bad Request"\}$/s);
});

test("what is not HTTP is a 400 and the next request is served", async () => {
  const gateway = await startTestGateway();
  expect(await exchange(gateway, "not http at all\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 .*"Bad Request"/s);
  expect(await exchange(gateway, `GET / HTTP/1.1\r\nx: ${"y".repeat(20_000)}\r\n\r\n`)).toMatch(
    /^HTTP\/1\.1 431 /,
  );
  expect((await fetch(`${gateway.url}/open`)).status).toBe(200);
});

test("a body over 10 MB is a 413, announced or not", async () => {
  const gateway = await startTestGateway();
  const tooLong = Buffer.alloc(10 * 1024 * 1024 + 1, "x");
  const stream = new Blob([tooLong]).stream();
  for (const init of [{ body: tooLong }, { body: stream, duplex: "half" }] satisfies RequestInit[]) {
    const response = await fetch(`${gateway.url}/open`, { method: "POST", ...init });
    expect(await answered(response)).toMatchObject({
      status: 413,
      body: '{"message":"Request Entity Too Large"}',
    });
  }
  // The function gets it, and its echo is longer than Lambda may answer.
  const longest = await fetch(`${gateway.url}/open`, { method: "POST", body: tooLong.subarray(1) });
  expect(longest.status).toBe(500);
});

test("a client that goes away in mid body or mid answer harms nobody", async () => {
  const invoke = vi.fn(async () => {
    await delay(50);
    return { payload: "late" };
  });
  const gateway = await startTestGateway({ invoke });
  const socket = connect(Number(new URL(gateway.url).port), "127.0.0.1");
  socket.write("POST /open HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf");
  await once(socket, "connect");
  await delay(20);
  socket.destroy();
  await expect(fetch(`${gateway.url}/open`, { signal: AbortSignal.timeout(20) })).rejects.toThrow();
  await delay(100);
  expect(invoke).toHaveBeenCalledTimes(1);
  expect((await fetch(`${gateway.url}/open`)).status).toBe(200);
});

test("a refused request leaves its connection usable", async () => {
  const gateway = await startTestGateway();
  const requests =
    "POST /closed HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody" +
    "GET /open HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  expect(await exchange(gateway, requests)).toMatch(/^HTTP\/1\.1 401 .*HTTP\/1\.1 200 OK/s);
});

test("HEAD belongs to no GET route and gets no body", async () => {
  const gateway = await startTestGateway({
    invoke: async (name) => ({ payload: { statusCode: name === "fallback" ? 404 : 200, body: "text" } }),
  });
  const client = httpRequest(`${gateway.url}/open`, { method: "HEAD" }).end();
  const [response] = await once(client, "response");
  expect([response.statusCode, response.headers["content-length"]]).toEqual([404, "4"]);
  response.resume();
});

test("204 and 304 have neither body nor length", async () => {
  const gateway = await startTestGateway({
    invoke: async () => ({ payload: { statusCode: 304, body: "text" } }),
  });
  const response = await fetch(`${gateway.url}/open`);
  expect([response.status, response.headers.get("content-length"), await response.text()]).toEqual([
    304,
    null,
    "",
  ]);
});

test("the gateway answers preflights of configured origins", async () => {
  const invoke = vi.fn(async () => ({ payload: { statusCode: 200 } }));
  const gateway = await startTestGateway({ cors, invoke });
  const allowed = await fetch(`${gateway.url}/closed`, {
    ...preflight,
    headers: { ...preflight.headers, Origin: "https://app.example" },
  });
  expect(allowed.status).toBe(204);
  expect(Object.fromEntries(allowed.headers)).toMatchObject({
    "access-control-allow-origin": "https://app.example",
    "access-control-allow-methods": "GET,POST",
    "access-control-allow-headers": "authorization",
    "access-control-max-age": "600",
  });
  const other = await fetch(`${gateway.url}/closed`, {
    ...preflight,
    headers: { ...preflight.headers, Origin: "https://evil.example" },
  });
  expect([other.status, other.headers.get("access-control-allow-origin")]).toEqual([204, null]);
  expect(invoke).not.toHaveBeenCalled();
});

test("answers to a configured origin say so, the gateway's own errors too", async () => {
  const gateway = await startTestGateway({ cors });
  for (const path of ["/open", "/closed"]) {
    const response = await fetch(gateway.url + path, { headers: { Origin: "https://app.example" } });
    expect(response.headers.get("access-control-allow-origin")).toBe("https://app.example");
    expect(response.headers.get("access-control-expose-headers")).toBe("etag,location");
    const other = await fetch(gateway.url + path, { headers: { Origin: "https://evil.example" } });
    expect(other.headers.get("access-control-allow-origin")).toBeNull();
  }
});

test("a port in use is one sentence", async () => {
  const gateway = await startTestGateway();
  const port = Number(new URL(gateway.url).port);
  await expect(startTestGateway({ port })).rejects.toThrow(
    new StartupError(`Port ${port} of 127.0.0.1 is in use: choose another one with PORT.`),
  );
});
