import { expect, test } from "vitest";
import { createRouter, type GatewayRoute } from "./router.ts";

const paths = [
  "GET /v1/messages",
  "GET /v1/messages/similar",
  "GET /v1/messages/{messageId}",
  "DELETE /v1/messages/{messageId}",
  "GET /v1/conversations/{conversationId}/messages/{messageId}",
  "POST /v1/conversations/{id}/restore",
  "GET /health",
];
const routes = paths.map((line): GatewayRoute => {
  const [method = "GET", path = ""] = line.split(" ");
  return { method: method as GatewayRoute["method"], path, auth: "none", function: "any" };
});
// The order in which routes are written must not matter.
const routers = [createRouter(routes), createRouter(routes.toReversed())];

test.each([
  ["GET", "/v1/messages", "/v1/messages", undefined],
  ["GET", "/v1/messages/similar", "/v1/messages/similar", undefined],
  ["GET", "/v1/messages/abc", "/v1/messages/{messageId}", { messageId: "abc" }],
  ["DELETE", "/v1/messages/similar", "/v1/messages/{messageId}", { messageId: "similar" }],
  [
    "GET",
    "/v1/conversations/a/messages/b",
    "/v1/conversations/{conversationId}/messages/{messageId}",
    { conversationId: "a", messageId: "b" },
  ],
  ["POST", "/v1/conversations/a/restore", "/v1/conversations/{id}/restore", { id: "a" }],
  ["HEAD", "/health", undefined, undefined],
  ["PUT", "/v1/messages/abc", undefined, undefined],
  ["GET", "/v1/messages/", undefined, undefined],
  ["GET", "/v1/messages/abc/", undefined, undefined],
  ["GET", "/v1/conversations/a/messages", undefined, undefined],
  ["GET", "/", undefined, undefined],
])("%s %s belongs to %s", (method, path, wanted, pathParameters) => {
  for (const match of routers) {
    const found = match(method, path.split("/").slice(1));
    expect(found?.route.path).toBe(wanted);
    expect(found?.pathParameters).toEqual(pathParameters);
  }
});
