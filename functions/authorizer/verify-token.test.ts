import { FetchError } from "aws-jwt-verify/error";
import { SimpleJwksCache } from "aws-jwt-verify/jwk";
import { expect, test } from "vitest";
import {
  clientId,
  type Forgery,
  foreignKeys,
  forgeToken,
  goodClaims,
  jwks,
  poolKeys,
  signedBy,
  signedWithPublicKey,
  userPoolId,
} from "./forge-token.fixture.ts";
import { createTokenVerifier } from "./verify-token.ts";

const verify = createTokenVerifier({ userPoolId, clientId, jwks });

/** A verifier that fetches; `answers` are taken one by one, the last for good. */
function fetchingVerifier(...answers: (object | Error)[]) {
  let fetches = 0;
  const fetcher = {
    async fetch() {
      const answer = answers[Math.min(fetches++, answers.length - 1)];
      if (answer instanceof Error) throw answer;
      return new TextEncoder().encode(JSON.stringify(answer)).buffer;
    },
  };
  const jwksCache = new SimpleJwksCache({ fetcher });
  return { verify: createTokenVerifier({ userPoolId, clientId, jwksCache }), fetches: () => fetches };
}

test("a good access token gives its claims", async () => {
  expect(await verify(forgeToken())).toEqual({ claims: goodClaims });
});

const foreignJwk = foreignKeys.publicKey.export({ format: "jwk" });
const past = Math.floor(Date.now() / 1000) - 1;
const [header, payload, signature] = forgeToken().split(".");
const [, otherPayload] = forgeToken({ claims: { sub: "somebody-else" } }).split(".");

test.each<[string, Forgery | string]>([
  ["ID token", { claims: { token_use: "id", aud: clientId } }],
  ["ID token passed off with client_id", { claims: { token_use: "id" } }],
  ["no token_use", { claims: { token_use: undefined } }],
  ["other client", { claims: { client_id: "other" } }],
  ["no client", { claims: { client_id: undefined } }],
  ["other pool", { claims: { iss: "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Other" } }],
  ["no issuer", { claims: { iss: undefined } }],
  ["expired", { claims: { exp: past } }],
  ["not valid yet", { claims: { nbf: past + 3600 } }],
  ["missing exp", { claims: { exp: undefined } }],
  ["exp as text", { claims: { exp: String(past + 3600) } }],
  ["missing sub", { claims: { sub: undefined } }],
  ["empty sub", { claims: { sub: "" } }],
  ["alg none without signature", `${forgeToken({ header: { alg: "none" } }).replace(/[^.]*$/, "")}`],
  ["alg none with signature", { header: { alg: "none" } }],
  ["HS256 with the public key", { header: { alg: "HS256" }, signer: signedWithPublicKey }],
  ["RS512 by the right key", { header: { alg: "RS512" }, signer: signedBy(poolKeys, "sha512") }],
  ["unknown kid", { header: { kid: "other" } }],
  ["no kid", { header: { kid: undefined } }],
  ["foreign signature", { signer: signedBy(foreignKeys) }],
  ["jku", { header: { jku: "https://attacker.example/jwks.json" }, signer: signedBy(foreignKeys) }],
  ["jku by the right key", { header: { jku: "https://attacker.example/jwks.json" } }],
  ["embedded jwk", { header: { jwk: foreignJwk }, signer: signedBy(foreignKeys) }],
  [
    "embedded jwk without kid",
    { header: { jwk: foreignJwk, kid: undefined }, signer: signedBy(foreignKeys) },
  ],
  ["embedded jwk by the right key", { header: { jwk: foreignJwk } }],
  ["unknown crit", { header: { crit: ["https://example.com/unknown"] } }],
  ["tampered payload", `${header}.${otherPayload}.${signature}`],
  ["tampered signature", `${header}.${payload}.${signature?.slice(0, -6)}AAAAAA`],
  ["cut", `${header}.${payload}`],
  ["no JSON", "bm8.bm8.bm8"],
  ["no object", "bnVsbA.bnVsbA.bnVsbA"],
  ["not base64url", "%%%.%%%.%%%"],
  ["empty", ""],
])("refuses: %s", async (reason, forgery) => {
  const token = typeof forgery === "string" ? forgery : forgeToken(forgery);
  expect(await verify(token)).toEqual({ refused: reason === "expired" ? "expired" : "invalid" });
});

test("keys are fetched once, and again for a new key id", async () => {
  const rotated = { keys: [{ ...foreignJwk, kty: "RSA", kid: "pool-key-2", alg: "RS256", use: "sig" }] };
  const pool = fetchingVerifier(jwks, rotated);
  expect(pool.fetches()).toBe(0);
  await pool.verify(forgeToken());
  expect(await pool.verify(forgeToken())).toHaveProperty("claims");
  expect(pool.fetches()).toBe(1);
  const next = forgeToken({ header: { kid: "pool-key-2" }, signer: signedBy(foreignKeys) });
  expect(await pool.verify(next)).toHaveProperty("claims");
  expect(pool.fetches()).toBe(2);
});

test("made-up key ids do not flood the pool's endpoint, nor keep good tokens out", async () => {
  const pool = fetchingVerifier(jwks);
  for (const kid of ["a", "b", "c"]) {
    expect(await pool.verify(forgeToken({ header: { kid } }))).toHaveProperty("refused");
  }
  expect(pool.fetches()).toBe(1);
  expect(await pool.verify(forgeToken())).toHaveProperty("claims");
});

test("keys that cannot be fetched or read are an error, not a refusal, and tried again", async () => {
  const failure = new FetchError("https://cognito", "ECONNREFUSED");
  const pool = fetchingVerifier(failure, { keys: "none" }, jwks);
  await expect(pool.verify(forgeToken())).rejects.toBe(failure);
  await expect(pool.verify(forgeToken())).rejects.toThrow("JWKS keys should be an array");
  expect(await pool.verify(forgeToken())).toHaveProperty("claims");
});

test("injected keys keep the verifier off the network", async () => {
  const jwksCache = new SimpleJwksCache({
    fetcher: {
      async fetch() {
        throw new Error("fetched");
      },
    },
  });
  const offline = createTokenVerifier({ userPoolId, clientId, jwks, jwksCache });
  expect(await offline(forgeToken({ header: { kid: "other" } }))).toHaveProperty("refused");
});
