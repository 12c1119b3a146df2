import { createApiKey } from "@parley/http/api-key";
import { captureLog } from "@parley/http/testing/capture-log";
import type { APIGatewayRequestAuthorizerEvent } from "aws-lambda";
import { expect, test } from "vitest";
import { createConnectionAuthorizer } from "./authorize-connection.ts";
import { clientId, forgeToken, goodClaims, jwks, userPoolId } from "./forge-token.fixture.ts";
import { createTokenVerifier } from "./verify-token.ts";

const log = captureLog();
const authorize = createConnectionAuthorizer(createTokenVerifier({ userPoolId, clientId, jwks }));
const methodArn = "arn:aws:execute-api:eu-central-1:123456789012:abc/prod/$connect";

/** Only what the handler reads; the WebSocket gateway's tests send whole events. */
const connecting = (token: string | undefined) =>
  authorize({ methodArn, queryStringParameters: { token } } as unknown as APIGatewayRequestAuthorizerEvent);

test("a good token may connect, and to nothing else", async () => {
  expect(await connecting(forgeToken())).toEqual({
    principalId: goodClaims.sub,
    policyDocument: {
      Version: "2012-10-17",
      Statement: [{ Action: "execute-api:Invoke", Effect: "Allow", Resource: methodArn }],
    },
    context: {
      sub: goodClaims.sub,
      username: goodClaims.username,
      groups: "",
      tokenUse: "access",
      expiresAt: goodClaims.exp,
    },
  });
});

test("so may an API key, as its hash", async () => {
  const { key, hash } = createApiKey();
  const answer = await connecting(key);
  expect(answer).toMatchObject({ principalId: hash, context: { tokenUse: "api-key", apiKeyHash: hash } });
  expect(JSON.stringify(answer)).not.toContain(key);
});

test.each([
  ["no token", undefined],
  ["an empty one", ""],
  ["an expired one", forgeToken({ claims: { exp: 1 } })],
  ["an ID token", forgeToken({ claims: { token_use: "id" } })],
  ["a mistyped key", `${createApiKey().key.slice(0, -1)}~`],
  ["an endless one", "x".repeat(9_000)],
])("%s is refused, and nothing of it is logged", async (_, token) => {
  await expect(connecting(token)).rejects.toThrow(/^Unauthorized$/);
  if (token) expect(log().join()).not.toContain(token.slice(0, 100));
});
