import { expect, test } from "vitest";
import type { buildEvent } from "./event.ts";
import { exchange, startTestGateway } from "./gateway.fixture.ts";
import type { EventBody } from "./request-body.ts";

async function eventOf(path: string, init: RequestInit = {}) {
  const gateway = await startTestGateway();
  const response = await fetch(gateway.url + path, init);
  const { functionName, event }: { functionName: string; event: ReturnType<typeof buildEvent> & EventBody } =
    JSON.parse(await response.text());
  return { functionName, event };
}

test("a request becomes an event of payload format 2.0", async () => {
  const { functionName, event } = await eventOf("/items/caf%C3%A9%2F1?a=1&b=x%20y&a=2&c", {
    headers: { "X-Mixed-Case": "Value", "User-Agent": "test", Cookie: "one=1; two=2" },
  });
  expect(functionName).toBe("items");
  expect(event).toEqual({
    version: "2.0",
    routeKey: "GET /items/{itemId}",
    rawPath: "/items/caf%C3%A9%2F1",
    rawQueryString: "a=1&b=x%20y&a=2&c",
    cookies: ["one=1", "two=2"],
    headers: expect.objectContaining({ "x-mixed-case": "Value", "x-forwarded-for": "127.0.0.1" }),
    queryStringParameters: { a: "1,2", b: "x y", c: "" },
    pathParameters: { itemId: "café/1" },
    requestContext: {
      accountId: "000000000000",
      apiId: "local",
      domainName: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      domainPrefix: "127",
      http: {
        method: "GET",
        path: "/items/caf%C3%A9%2F1",
        protocol: "HTTP/1.1",
        sourceIp: "127.0.0.1",
        userAgent: "test",
      },
      requestId: expect.any(String),
      routeKey: "GET /items/{itemId}",
      stage: "$default",
      time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
      timeEpoch: expect.any(Number),
    },
    isBase64Encoded: false,
  });
  expect(event.headers).not.toHaveProperty("cookie");
  expect(event.headers).not.toHaveProperty("connection");
});

test("a header sent twice is joined with a comma", async () => {
  const gateway = await startTestGateway();
  const answer = await exchange(
    gateway,
    "GET /open HTTP/1.1\r\nHost: a\r\nX-A: 1\r\nx-a: 2\r\nConnection: close\r\n\r\n",
  );
  expect(answer).toContain('"x-a":"1,2"');
});

test.each([
  ["application/json", '{"a":"é"}', { body: '{"a":"é"}', isBase64Encoded: false }],
  ["text/markdown; charset=utf-8", "# é", { body: "# é", isBase64Encoded: false }],
  ["application/x-www-form-urlencoded", "a=1", { body: "YT0x", isBase64Encoded: true }],
  ["application/json", Buffer.from([0x22, 0xff, 0x22]), { body: "Iv8i", isBase64Encoded: true }],
  ["application/json", "", { isBase64Encoded: false }],
])("a body of %s", async (type, body, wanted) => {
  const { event } = await eventOf("/open", { method: "POST", headers: { "content-type": type }, body });
  expect({ body: event.body, isBase64Encoded: event.isBase64Encoded }).toEqual(wanted);
});

test("what no route answers goes to $default with its own method", async () => {
  const { functionName, event } = await eventOf("/nowhere", { method: "PUT" });
  expect(functionName).toBe("fallback");
  expect(event).toMatchObject({ routeKey: "$default", requestContext: { http: { method: "PUT" } } });
  expect(event).not.toHaveProperty("pathParameters");
});

test("a parameter called __proto__ is a parameter", async () => {
  const { event } = await eventOf("/open?__proto__=1&constructor=2");
  expect(Object.entries(event.queryStringParameters ?? {})).toEqual([
    ["__proto__", "1"],
    ["constructor", "2"],
  ]);
});
