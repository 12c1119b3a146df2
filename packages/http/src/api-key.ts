import { createHash, randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const secretLength = 43; // 62^43 > 2^256
const checksumLength = 6; // 62^6 > 2^32
const hintLength = 6;
const form = /^(parley_[0-9A-Za-z]{43})_([0-9A-Za-z]{6})$/;

function base62(value: bigint, length: number): string {
  let digits = "";
  for (let rest = value; digits.length < length; rest /= 62n) digits = alphabet[Number(rest % 62n)] + digits;
  return digits;
}

function checksumOf(text: string): string {
  return base62(BigInt(crc32(text)), checksumLength);
}

function hashOf(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}

export interface NewApiKey {
  /** `parley_<secret>_<checksum>`: 256 random bits in base62, and a CRC-32 that tells a mistyped key from a wrong one. */
  key: string;
  /** SHA-256 of the key (hex): all that is stored. A key of 256 bits needs no slow hash. */
  hash: string;
  /** The beginning of the key, for its owner to tell it from others. */
  hint: string;
}

/** A new key; whoever made it sees it this once. */
export function createApiKey(): NewApiKey {
  const body = `parley_${base62(BigInt(`0x${randomBytes(32).toString("hex")}`), secretLength)}`;
  const key = `${body}_${checksumOf(body)}`;
  return { key, hash: hashOf(key), hint: body.slice(0, "parley_".length + hintLength) };
}

/** Says whether a credential means to be an API key. */
export function looksLikeApiKey(credential: string): boolean {
  return credential.startsWith("parley_");
}

/** The hash of a well-formed key, or undefined. Whether there is such a key, only the database knows. */
export function hashApiKey(credential: string): string | undefined {
  const [, body, checksum] = form.exec(credential) ?? [];
  if (body === undefined || checksumOf(body) !== checksum) return undefined;
  return hashOf(credential);
}
