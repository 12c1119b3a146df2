import { createHmac, generateKeyPairSync, sign } from "node:crypto";

export const userPoolId = "eu-central-1_Parley123";
export const clientId = "4h57localclient0parley0000";

/** The pool's key pair, and one of an attacker. */
export const poolKeys = generateKeyPairSync("rsa", { modulusLength: 2048 });
export const foreignKeys = generateKeyPairSync("rsa", { modulusLength: 2048 });
const kid = "pool-key-1";
export const jwks = {
  keys: [{ ...poolKeys.publicKey.export({ format: "jwk" }), kty: "RSA", kid, alg: "RS256", use: "sig" }],
};

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
const now = Math.floor(Date.now() / 1000);

export const goodClaims: Record<string, unknown> = {
  sub: "0b2d9a6e-8f4f-4b61-9f0e-6a5f3c1d2e4b",
  username: "0b2d9a6e-8f4f-4b61-9f0e-6a5f3c1d2e4b",
  iss: `https://cognito-idp.eu-central-1.amazonaws.com/${userPoolId}`,
  client_id: clientId,
  token_use: "access",
  scope: "aws.cognito.signin.user.admin",
  auth_time: now,
  iat: now,
  exp: now + 3600,
  jti: "7f1c2a90-2f0d-4a6e-8d6f-0b9d7f3a1c5e",
};

export interface Forgery {
  header?: Record<string, unknown>;
  /** Over the good ones; `undefined` takes a claim away. */
  claims?: Record<string, unknown>;
  signer?: (input: string) => string;
}

export const signedBy =
  (keys: typeof poolKeys, hash = "sha256") =>
  (input: string) =>
    sign(hash, Buffer.from(input), keys.privateKey).toString("base64url");

/** Signs with HMAC, as a verifier that lets the token choose the algorithm would check with the public key. */
export const signedWithPublicKey = (input: string) =>
  createHmac("sha256", poolKeys.publicKey.export({ type: "spki", format: "pem" }))
    .update(input)
    .digest("base64url");

/** A good access token but for what is given. */
export function forgeToken({ header = {}, claims = {}, signer = signedBy(poolKeys) }: Forgery = {}): string {
  const input = `${encode({ alg: "RS256", kid, ...header })}.${encode({ ...goodClaims, ...claims })}`;
  return `${input}.${signer(input)}`;
}
