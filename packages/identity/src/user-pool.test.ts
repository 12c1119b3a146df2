import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { InitiateAuthCommand, TooManyRequestsException } from "@aws-sdk/client-cognito-identity-provider";
import { captureLog } from "@parley/http/testing/capture-log";
import { afterEach, expect, test, vi } from "vitest";
import { callUserPool, openUserPool } from "./user-pool.ts";

const lines = captureLog();
afterEach(() => vi.unstubAllEnvs());

const signIn = new InitiateAuthCommand({
  ClientId: "client",
  AuthFlow: "USER_PASSWORD_AUTH",
  AuthParameters: { USERNAME: "ada@example.com", PASSWORD: "Correct-Horse-7" },
});

/** Calls the real client against an endpoint. */
async function callAt(endpoint: string) {
  vi.stubEnv("AWS_REGION", "eu-central-1");
  vi.stubEnv("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", endpoint);
  const { client } = openUserPool("client");
  return callUserPool("login", () => client.send(signIn), {}).finally(() => client.destroy());
}

test("an unreachable Cognito is a 503", async () => {
  // Port 1 is reserved; nothing listens there.
  await expect(callAt("http://127.0.0.1:1")).rejects.toMatchObject({ type: "unavailable", status: 503 });
  expect(lines().join("")).toContain("ECONNREFUSED");
  expect(lines().join("")).not.toContain("Correct-Horse-7");
});

test("a failing Cognito is a 503, an exception nobody expects is none", async () => {
  let answer = { status: 500, type: "InternalErrorException" };
  const server = createServer((_, response) => {
    response.writeHead(answer.status, { "content-type": "application/x-amz-json-1.1" });
    response.end(JSON.stringify({ __type: answer.type, message: "secret detail" }));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await expect(callAt(endpoint)).rejects.toMatchObject({ type: "unavailable" });
  answer = { status: 400, type: "ResourceNotFoundException" };
  await expect(callAt(endpoint)).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  server.close();
  expect(lines().join("")).not.toContain("secret detail");
});

test("throttling is a 429 that says when to come back", async () => {
  const throttled = new TooManyRequestsException({ message: "Rate exceeded", $metadata: {} });
  const call = callUserPool("login", () => Promise.reject(throttled), {});
  await expect(call).rejects.toMatchObject({ status: 429, options: { headers: { "Retry-After": "60" } } });
});

test("a refusal without a problem goes on without an answer", async () => {
  const throttled = new TooManyRequestsException({ message: "Rate exceeded", $metadata: {} });
  const passedOver = callUserPool("login", () => Promise.reject(throttled), {
    TooManyRequestsException: () => undefined,
  });
  expect(await passedOver).toBeUndefined();
});

test("a mistake of ours is no outage", async () => {
  const mistake = new TypeError("undefined is not a function");
  await expect(callUserPool("login", () => Promise.reject(mistake), {})).rejects.toBe(mistake);
});
