import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";
import { CognitoError, invalidParameter } from "./errors.ts";

// OWASP's smallest scrypt setting: this pool holds development accounts, and a test signs up many of them.
const cost: ScryptOptions = { N: 16_384, r: 8, p: 1 };
const keyBytes = 32;

const derive = (password: string, salt: Buffer) =>
  new Promise<Buffer>((resolve, reject) => {
    scrypt(password.normalize("NFC"), salt, keyBytes, cost, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });

/** Hashes a password as `salt.key`, both base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt);
  return `${salt.toString("base64url")}.${key.toString("base64url")}`;
}

/** Compares in constant time. Without a stored hash it spends the same time and answers false. */
export async function passwordMatches(password: string, stored: string | undefined): Promise<boolean> {
  const [salt = "", key = ""] = (stored ?? "").split(".");
  const derived = await derive(password, Buffer.from(salt, "base64url"));
  const expected = Buffer.from(key, "base64url");
  return expected.length === derived.length && timingSafeEqual(expected, derived);
}

const rules: ReadonlyArray<readonly [RegExp, string]> = [
  [/^[\s\S]{8,}$/u, "Password not long enough"],
  [/[a-z]/, "Password must have lowercase characters"],
  [/[A-Z]/, "Password must have uppercase characters"],
  [/[0-9]/, "Password must have numeric characters"],
  // The service's own list of symbols; a space counts when it is neither first nor last.
  [/[\^$*.[\]{}()?"!@#%&/\\,><':;|_~`=+\- ]/, "Password must have symbol characters"],
];

/**
 * Applies Cognito's default policy: at least 8 characters with a lower-case and an upper-case letter,
 * a digit and a symbol. InvalidPasswordException names the first rule that is broken.
 */
export function assertPasswordPolicy(password: string): void {
  if (password.length > 256 || !/^\S+.*\S+$/.test(password)) {
    throw invalidParameter(
      "1 validation error detected: Value at 'password' failed to satisfy constraint: " +
        "Member must satisfy regular expression pattern: ^[\\S]+.*[\\S]+$",
    );
  }
  for (const [rule, message] of rules) {
    if (!rule.test(password)) {
      throw new CognitoError("InvalidPasswordException", `Password did not conform with policy: ${message}`);
    }
  }
}
