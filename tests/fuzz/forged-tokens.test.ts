import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  sign,
} from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { beforeAll, expect, inject, it } from "vitest";
import { signUp, type User } from "../e2e/client.ts";
import { unknownId, userRoutes } from "../e2e/owned-things.ts";

const { url, logFile } = inject("stack");
const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
const decode = (part = "") =>
  JSON.parse(Buffer.from(part, "base64url").toString()) as Record<string, unknown>;
const foreign = generateKeyPairSync("rsa", { modulusLength: 2048 });

type Signer = (input: string) => string;

const signedBy =
  (key: KeyObject): Signer =>
  (input) =>
    sign("sha256", Buffer.from(input), key).toString("base64url");

interface Forgery {
  header?: Record<string, unknown>;
  claims?: Record<string, unknown>;
  signer?: Signer;
}

let user: User;
let poolKey: KeyObject;

beforeAll(async () => {
  user = await signUp();
  // The stand-in's own key: what is signed with it can be wrong only in what it says.
  const file = join(dirname(dirname(logFile)), "cognito.json");
  const { keys } = JSON.parse(await readFile(file, "utf8")) as { keys: { privateKey: JsonWebKey } };
  poolKey = createPrivateKey({ key: keys.privateKey, format: "jwk" });
});

/** The user's good access token but for what is given. */
function forge({ header = {}, claims = {}, signer = signedBy(poolKey) }: Forgery): string {
  const [goodHeader, goodClaims] = user.token.split(".");
  const input = `${encode({ ...decode(goodHeader), ...header })}.${encode({ ...decode(goodClaims), ...claims })}`;
  return `${input}.${signer(input)}`;
}

function publicText(): string {
  return createPublicKey(poolKey).export({ type: "spki", format: "pem" }).toString();
}

const forgeries: Readonly<Record<string, () => string>> = {
  "an ID token": () => forge({ claims: { token_use: "id" } }),
  "another client's": () => forge({ claims: { client_id: "another" } }),
  "another pool's": () =>
    forge({ claims: { iss: "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Other" } }),
  "an expired one": () => forge({ claims: { exp: 1_600_000_000 } }),
  "one that never expires": () => forge({ claims: { exp: undefined } }),
  "one of nobody": () => forge({ claims: { sub: undefined } }),
  "one with an extension nobody knows": () => forge({ header: { crit: ["exp"] } }),
  "one without a signature": () => forge({ header: { alg: "none" }, signer: () => "" }),
  "one signed with the public key": () =>
    forge({
      header: { alg: "HS256" },
      signer: (input) => createHmac("sha256", publicText()).update(input).digest("base64url"),
    }),
  "one of an unknown key": () => forge({ header: { kid: "unknown" } }),
  "one of a key of its own": () =>
    forge({
      header: { jwk: foreign.publicKey.export({ format: "jwk" }) },
      signer: signedBy(foreign.privateKey),
    }),
  "one that says where its keys are": () =>
    forge({ header: { jku: `${url}/keys` }, signer: signedBy(foreign.privateKey) }),
  "a tampered one": () => {
    const [header, claims = "", signature] = user.token.split(".");
    return [header, encode({ ...decode(claims), sub: "somebody" }), signature].join(".");
  },
  "no token at all": () => "",
};

it("takes the token that the forged ones are made of", async () => {
  expect((await user.send("getMe")).status).toBe(200);
  const response = await fetch(`${url}/v1/me`, { headers: { authorization: `Bearer ${forge({})}` } });
  expect(response.status).toBe(200);
});

it.each(Object.entries(forgeries))("refuses %s at every operation", async (_name, make) => {
  const token = make();
  const statuses = await Promise.all(
    userRoutes.map(async ({ route, name }) => {
      const path = route.path.replace(/\{\w+\}/g, unknownId);
      const response = await fetch(url + path, {
        method: route.method,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        ...(route.method !== "GET" && { body: "{}" }),
      });
      return [name, response.status];
    }),
  );
  expect(statuses).toEqual(userRoutes.map(({ name }) => [name, 401]));
});
