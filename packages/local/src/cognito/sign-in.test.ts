import { CognitoJwtVerifier } from "aws-jwt-verify";
import type { Jwks } from "aws-jwt-verify/jwk";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ClientId, Password, startTestPool, userPoolId } from "./pool.fixture.ts";

const minute = 60_000;
let pool: Awaited<ReturnType<typeof startTestPool>>;

beforeAll(async () => {
  pool = await startTestPool();
  await pool.register("ada@example.com");
});
afterAll(() => pool.close());

test("tokens carry Cognito's claims and pass the production verifier", async () => {
  const { AccessToken, IdToken } = await pool.signIn("ada@example.com");
  const verifier = CognitoJwtVerifier.create({ userPoolId, clientId: ClientId, tokenUse: "access" });
  verifier.cacheJwks((await (await fetch(pool.cognito.jwksUrl)).json()) as Jwks);
  const access = await verifier.verify(AccessToken);
  const id = await verifier.verify(IdToken, { tokenUse: "id", clientId: ClientId });
  const uuid = expect.stringMatching(/^[0-9a-f-]{36}$/);
  const shared = {
    sub: uuid,
    iss: `https://cognito-idp.eu-central-1.amazonaws.com/${userPoolId}`,
    origin_jti: access.origin_jti,
    event_id: uuid,
    jti: uuid,
    auth_time: access.iat,
    iat: expect.any(Number),
    exp: access.iat + 3600,
  };
  expect(access).toEqual({
    ...shared,
    token_use: "access",
    client_id: ClientId,
    username: access.sub,
    scope: "aws.cognito.signin.user.admin",
  });
  expect(id).toEqual({
    ...shared,
    token_use: "id",
    aud: ClientId,
    "cognito:username": access.sub,
    email: "ada@example.com",
    email_verified: true,
  });
  expect(decodeProtectedHeader(AccessToken)).toEqual({ kid: pool.cognito.jwks.keys[0]?.kid, alg: "RS256" });
});

test("unknown address and wrong password are answered alike", async () => {
  const failures = await Promise.all(
    ["ada@example.com", "nobody@example.com"].map((email) =>
      pool.signIn(email, "Wrong-Pass-1").catch((error: Error) => `${error.name} ${error.message}`),
    ),
  );
  expect(new Set(failures)).toEqual(new Set(["NotAuthorizedException Incorrect username or password."]));
});

test("sign-in locks from the fifth failure on, for unknown addresses too", async () => {
  await pool.register("bob@example.com");
  for (const email of ["bob@example.com", "nobody-else@example.com"]) {
    for (let attempt = 0; attempt < 5; attempt++) {
      await expect(pool.signIn(email, "Wrong-Pass-1")).rejects.toThrow("Incorrect username or password.");
    }
    await expect(pool.signIn(email)).rejects.toThrow("Password attempts exceeded");
  }
  pool.advance(1001);
  await pool.signIn("bob@example.com");
  await expect(pool.signIn("bob@example.com", "Wrong-Pass-1")).rejects.toThrow("Incorrect");
  await pool.signIn("bob@example.com");
});

test("a refresh token gives new tokens of the same sign-in for 30 days", async () => {
  const first = await pool.signIn("ada@example.com");
  pool.advance(61 * minute);
  const { AuthenticationResult: second } = await pool.refresh(first.RefreshToken);
  expect(second).toMatchObject({ ExpiresIn: 3600, TokenType: "Bearer" });
  expect(second?.RefreshToken).toBeUndefined();
  const [before, after] = [decodeJwt(first.AccessToken), decodeJwt(second?.AccessToken ?? "")];
  expect(after).toMatchObject({ auth_time: before.auth_time, origin_jti: before.origin_jti });
  expect(after.jti).not.toBe(before.jti);
  expect(after.exp).toBe((before.exp ?? 0) + 61 * 60);

  await expect(pool.client.getUser({ AccessToken: first.AccessToken })).rejects.toThrow(
    "Access Token has expired",
  );
  expect((await pool.client.getUser({ AccessToken: second?.AccessToken ?? "" })).Username).toBe(before.sub);
  pool.advance(30 * 24 * 60 * minute);
  await expect(pool.refresh(first.RefreshToken)).rejects.toThrow("Refresh Token has expired");
  await expect(pool.refresh("garbage")).rejects.toThrow("Invalid Refresh Token");
});

test("a revoked refresh token and its access token are refused; other sign-ins live on", async () => {
  const [gone, stays] = [await pool.signIn("ada@example.com"), await pool.signIn("ada@example.com")];
  await pool.client.revokeToken({ ClientId, Token: gone.RefreshToken });
  await expect(pool.refresh(gone.RefreshToken)).rejects.toMatchObject({
    name: "NotAuthorizedException",
    message: "Refresh Token has been revoked",
  });
  await expect(pool.client.getUser({ AccessToken: gone.AccessToken })).rejects.toThrow("revoked");
  await pool.refresh(stays.RefreshToken);
  await pool.client.revokeToken({ ClientId, Token: gone.RefreshToken });
  await expect(pool.client.revokeToken({ ClientId, Token: stays.AccessToken })).rejects.toMatchObject({
    name: "UnsupportedTokenTypeException",
  });
});

test("only a genuine access token opens the account", async () => {
  const { AccessToken, IdToken } = await pool.signIn("ada@example.com");
  const [header, payload] = AccessToken.split(".");
  for (const token of ["x", IdToken, `${header}.${payload}.AAAA`]) {
    await expect(pool.client.getUser({ AccessToken: token })).rejects.toMatchObject({
      name: "NotAuthorizedException",
      message: "Invalid Access Token",
    });
  }
});

test("flows and parameters that are not there are refused", async () => {
  const initiate = (input: object) =>
    pool.client.initiateAuth({ ClientId, AuthFlow: "USER_PASSWORD_AUTH", AuthParameters: {}, ...input });
  await expect(initiate({})).rejects.toThrow("Missing required parameter USERNAME");
  await expect(initiate({ AuthFlow: "CUSTOM_AUTH" })).rejects.toMatchObject({
    name: "InvalidParameterException",
  });
  const parameters = { USERNAME: "ada@example.com", PASSWORD: Password };
  await expect(initiate({ ClientId: "other", AuthParameters: parameters })).rejects.toMatchObject({
    name: "ResourceNotFoundException",
  });
});
