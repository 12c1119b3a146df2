import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CognitoIdentityProvider } from "@aws-sdk/client-cognito-identity-provider";
import { createApiKey } from "@parley/http/api-key";
import { readIdentity } from "@parley/http/resolve-caller";
import { captureLog } from "@parley/http/testing/capture-log";
import { startCognito } from "@parley/local/cognito/start-cognito";
import type { APIGatewayRequestAuthorizerEventV2 } from "aws-lambda";
import { afterEach, expect, test, vi } from "vitest";
import { createAuthorizer } from "./authorize.ts";
import { clientId, forgeToken, goodClaims, jwks, userPoolId } from "./forge-token.fixture.ts";
import { createTokenVerifier } from "./verify-token.ts";

const log = captureLog();
const authorize = createAuthorizer(createTokenVerifier({ userPoolId, clientId, jwks }));

afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
});

/** Only what the handler reads; the gateway's tests send whole events. */
const eventWith = (given: Partial<APIGatewayRequestAuthorizerEventV2>) =>
  given as APIGatewayRequestAuthorizerEventV2;
const bearer = (token: string) => eventWith({ identitySource: [`Bearer ${token}`] });

test("a good token is authorized, with its caller as context", async () => {
  const token = forgeToken({ claims: { "cognito:groups": ["admin", "staff"] } });
  expect(await authorize(bearer(token))).toEqual({
    isAuthorized: true,
    context: {
      sub: goodClaims.sub,
      username: goodClaims.username,
      groups: "admin,staff",
      tokenUse: "access",
      expiresAt: goodClaims.exp,
    },
  });
});

test.each([
  ["gateway's identity source", { identitySource: [`bearer ${forgeToken()}`] }],
  ["lower-case header", { headers: { authorization: `Bearer ${forgeToken()}` } }],
  ["capitalised header", { headers: { Authorization: `Bearer ${forgeToken()}` } }],
])("the token is found in the %s", async (_, event) => {
  expect(await authorize(eventWith(event))).toMatchObject({ isAuthorized: true });
});

test("a group name that reads as several in a list is dropped", async () => {
  const token = forgeToken({ claims: { "cognito:groups": ["x,admin", 'y"admin', "z admin", "staff"] } });
  expect((await authorize(bearer(token))).context).toMatchObject({ groups: "staff" });
});

test.each([
  ["admin", ""],
  [{ admin: true }, ""],
  [null, ""],
  [7, ""],
  [[["admin"], { name: "admin" }, null, "staff"], "staff"],
])("groups of the shape %j are no reason to fail, and lend no rights", async (groups, known) => {
  const token = forgeToken({ claims: { "cognito:groups": groups } });
  expect(await authorize(bearer(token))).toMatchObject({ isAuthorized: true, context: { groups: known } });
});

test("a well-formed API key passes as its hash, and never as itself", async () => {
  const { key, hash } = createApiKey();
  expect(await authorize(bearer(key))).toEqual({
    isAuthorized: true,
    context: { tokenUse: "api-key", apiKeyHash: hash },
  });
});

test("a key with a wrong checksum is Unauthorized, and not in the log", async () => {
  const { key } = createApiKey();
  const mistyped = `${key.slice(0, -6)}000000`;
  await expect(authorize(bearer(mistyped))).rejects.toThrow(/^Unauthorized$/);
  expect(log().join("")).not.toContain(mistyped.slice(0, 20));
});

test.each([
  ["nothing", {}],
  ["an empty header", { identitySource: [""] }],
  ["another scheme", { identitySource: [`Basic ${forgeToken()}`] }],
  ["a bare token", { identitySource: [forgeToken()] }],
  ["two tokens", { identitySource: [`Bearer ${forgeToken()} ${forgeToken()}`] }],
  ["an endless token", { identitySource: [`Bearer ${forgeToken({ claims: { pad: "x".repeat(9000) } })}`] }],
  ["an ID token", { identitySource: [`Bearer ${forgeToken({ claims: { token_use: "id" } })}`] }],
])("%s is Unauthorized", async (_, event) => {
  await expect(authorize(eventWith(event))).rejects.toThrow(/^Unauthorized$/);
});

test("a failure to get the keys is not called Unauthorized", async () => {
  const broken = createAuthorizer(async () => {
    throw new Error("no keys");
  });
  await expect(broken(bearer(forgeToken()))).rejects.toThrow("no keys");
});

test("the deployed handler takes its pool from the environment", async () => {
  vi.stubEnv("USER_POOL_ID", userPoolId);
  vi.stubEnv("USER_POOL_CLIENT_ID", clientId);
  vi.stubEnv("USER_POOL_JWKS", JSON.stringify(jwks));
  const { handler } = await import("./index.ts");
  expect(await handler(bearer(forgeToken()))).toMatchObject({ isAuthorized: true });
});

test("tokens of the local user pool pass as those of Cognito do", async () => {
  const folder = await mkdtemp(join(tmpdir(), "parley-authorizer-"));
  const pool = { userPoolId, clientId, region: "eu-central-1" };
  const dataFile = join(folder, "cognito.json");
  const cognito = await startCognito({ ...pool, dataFile, onCode: () => {} });
  const client = new CognitoIdentityProvider({ region: "eu-central-1", endpoint: cognito.endpoint });
  const user = { ClientId: clientId, Username: "ada@example.com" };
  const { UserSub } = await client.signUp({ ...user, Password: "Correct-Horse-7" });
  const ConfirmationCode = cognito.mailbox(user.Username).at(-1)?.code;
  await client.confirmSignUp({ ...user, ConfirmationCode });
  const { AuthenticationResult: tokens } = await client.initiateAuth({
    ClientId: clientId,
    AuthFlow: "USER_PASSWORD_AUTH",
    AuthParameters: { USERNAME: user.Username, PASSWORD: "Correct-Horse-7" },
  });
  vi.stubEnv("USER_POOL_ID", userPoolId);
  vi.stubEnv("USER_POOL_CLIENT_ID", clientId);
  vi.stubEnv("USER_POOL_JWKS", JSON.stringify(cognito.jwks));
  const { handler } = await import("./index.ts");
  expect(await handler(bearer(tokens?.AccessToken ?? ""))).toMatchObject({
    isAuthorized: true,
    context: { sub: UserSub, username: UserSub, groups: "" },
  });
  await expect(handler(bearer(tokens?.IdToken ?? ""))).rejects.toThrow(/^Unauthorized$/);
  client.destroy();
  await cognito.close();
  await rm(folder, { recursive: true });
});

test("unreadable keys stop the start with the variable's name", async () => {
  vi.stubEnv("USER_POOL_ID", userPoolId);
  vi.stubEnv("USER_POOL_CLIENT_ID", clientId);
  vi.stubEnv("USER_POOL_JWKS", "{");
  await expect(import("./index.ts")).rejects.toThrow("USER_POOL_JWKS must be a JSON Web Key Set.");
});

test("under sam local, which makes a 502 of an error, a refused token goes on without a caller", async () => {
  const underSam = createAuthorizer(createTokenVerifier({ userPoolId, clientId, jwks }), true);
  const { context } = await underSam(bearer("forged"));
  expect(() => readIdentity({ ...context })).toThrow(expect.objectContaining({ status: 401 }));
  expect(await underSam(bearer(forgeToken({})))).toMatchObject({ context: { sub: goodClaims.sub } });
});
