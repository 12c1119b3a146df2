import { expect, test } from "vitest";
import type { Invocation } from "../lambda/protocol.ts";
import { readResponse } from "./response.ts";

test.each<[string, unknown, object]>([
  [
    "a structured result",
    { statusCode: 201, headers: { "Content-Type": "application/json", ETag: '"1"' }, body: "{}" },
    { status: 201, headers: { "content-type": "application/json", etag: '"1"' }, body: "{}" },
  ],
  ["a status alone", { statusCode: 204 }, { status: 204, headers: {}, body: "" }],
  ["a status as text", { statusCode: "200" }, { status: 200, headers: {}, body: "" }],
  [
    "a body without a type",
    { statusCode: 200, body: "hello" },
    { status: 200, headers: { "content-type": "text/plain;charset=UTF-8" }, body: "hello" },
  ],
  [
    "cookies",
    { statusCode: 200, cookies: ["a=1", "b=2"] },
    { status: 200, headers: { "set-cookie": ["a=1", "b=2"] }, body: "" },
  ],
  [
    "numbers and booleans as header values, and headers of the connection",
    {
      statusCode: 200,
      headers: { "Retry-After": 1, "X-Yes": true, Connection: "close", "Content-Length": "99" },
    },
    { status: 200, headers: { "retry-after": "1", "x-yes": "true" }, body: "" },
  ],
  [
    "a binary body",
    { statusCode: 200, headers: { "content-type": "image/png" }, body: "iVBORw==", isBase64Encoded: true },
    { status: 200, headers: { "content-type": "image/png" }, body: Buffer.from("iVBORw==", "base64") },
  ],
  ["any other object", { hello: "world" }, { status: 200, headers: json(), body: '{"hello":"world"}' }],
  ["a text", "hello", { status: 200, headers: json(), body: "hello" }],
  ["nothing", null, { status: 200, headers: json(), body: "null" }],
])("%s", (_name, payload, response) => {
  expect(readResponse({ payload })).toEqual(response);
});

test.each<[string, Invocation]>([
  ["a function error", { functionError: { errorType: "Error", errorMessage: "secret" } }],
  ["no such status", { payload: { statusCode: 99 } }],
  ["an informational status", { payload: { statusCode: 101 } }],
  ["a status that is no number", { payload: { statusCode: "OK" } }],
  ["a body that is no text", { payload: { statusCode: 200, body: { a: 1 } } }],
  ["a header that is a list", { payload: { statusCode: 200, headers: { a: ["1"] } } }],
  ["more than Lambda may answer", { payload: { statusCode: 200, body: "x".repeat(6 * 1024 * 1024 + 1) } }],
])("%s is a 500", (_name, outcome) => {
  expect(() => readResponse(outcome)).toThrow("Internal Server Error");
});

function json() {
  return { "content-type": "application/json" };
}
