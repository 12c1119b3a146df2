import { captureLog } from "@parley/http/testing/capture-log";
import type { PostConfirmationTriggerEvent } from "aws-lambda";
import { afterEach, expect, test, vi } from "vitest";
import { createUserOnConfirmation } from "./create-user.ts";

const lines = captureLog();

afterEach(() => vi.unstubAllEnvs());

const event = (userAttributes: Record<string, string>): PostConfirmationTriggerEvent => ({
  version: "1",
  region: "eu-central-1",
  userPoolId: "eu-central-1_Parley123",
  triggerSource: "PostConfirmation_ConfirmSignUp",
  userName: "user",
  callerContext: { awsSdkVersion: "aws-sdk-unknown-unknown", clientId: "client" },
  request: { userAttributes },
  response: {},
});

async function deployedHandler(databaseUrl: string) {
  vi.stubEnv("DATABASE_URL", databaseUrl);
  vi.resetModules();
  return (await import("./index.ts")).handler;
}

test.each([
  [
    "nothing answers where the database should be",
    "postgres://someone:hunter2@127.0.0.1:1/parley",
    "sub-ada",
  ],
  ["its address is not known", "", "sub-ada"],
  ["the event names nobody", "postgres://someone:hunter2@127.0.0.1:1/parley", undefined],
])("the sign-up goes on although %s", async (_, databaseUrl, sub) => {
  const handler = await deployedHandler(databaseUrl);
  const given = event({ email: "ada@example.com", ...(sub && { sub }) });
  expect(await handler(given)).toBe(given);
  expect(lines().join("")).toContain("user not made");
  expect(lines().join("")).not.toMatch(/hunter2|ada@example/);
});

test("the sign-up goes on before Cognito gives up on what takes too long", async () => {
  const given = event({ email: "ada@example.com", sub: "sub-ada" });
  const never = () => new Promise(() => {});
  expect(await createUserOnConfirmation(never, 50)(given)).toBe(given);
  expect(lines().join("")).toContain("TimeoutError");
});
