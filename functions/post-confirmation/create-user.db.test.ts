import { openDatabase } from "@parley/data/database";
import { resolveUser } from "@parley/data/users";
import { createTestDatabase } from "@parley/embedded-postgres/test-database";
import { captureLog } from "@parley/http/testing/capture-log";
import type { PostConfirmationTriggerEvent } from "aws-lambda";
import { afterEach, expect, test, vi } from "vitest";

captureLog();

afterEach(() => vi.unstubAllEnvs());

function eventOf(userAttributes: Record<string, string>): PostConfirmationTriggerEvent {
  return {
    version: "1",
    region: "eu-central-1",
    userPoolId: "eu-central-1_Parley123",
    triggerSource: "PostConfirmation_ConfirmSignUp",
    userName: "user",
    callerContext: { awsSdkVersion: "aws-sdk-unknown-unknown", clientId: "client" },
    request: { userAttributes },
    response: {},
  };
}

async function deployedHandler(databaseUrl: string) {
  vi.stubEnv("DATABASE_URL", databaseUrl);
  vi.stubEnv("NEW_USER_TOKENS", "4000");
  vi.resetModules();
  return (await import("./index.ts")).handler;
}

test("makes the user once, with grant, address and name; another user is untouched", async () => {
  const { url, drop } = await createTestDatabase();
  const database = openDatabase(url);
  await resolveUser(database, { sub: "sub-other", email: "other@example.com" }, 7);
  const handler = await deployedHandler(url);
  const event = eventOf({ sub: "sub-ada", email: "ada@example.com", name: "Ada", email_verified: "true" });
  expect(await handler(event)).toBe(event);
  expect(await handler(event)).toBe(event);
  const rows = await database.run(async ({ orm }) =>
    orm.execute("select cognito_sub, email, display_name, token_balance::int from users order by 1"),
  );
  expect([...rows]).toEqual([
    { cognito_sub: "sub-ada", email: "ada@example.com", display_name: "Ada", token_balance: 4000 },
    { cognito_sub: "sub-other", email: "other@example.com", display_name: null, token_balance: 7 },
  ]);
  await database.close();
  await drop();
});
