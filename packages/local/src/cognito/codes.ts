import { randomInt } from "node:crypto";
import { expiredCode, mismatchedCode } from "./errors.ts";
import type { Pool } from "./pool.ts";
import type { CodePurpose, StoredUser } from "./state.ts";

const hour = 3_600_000;
const validFor: Record<CodePurpose, number> = {
  "sign-up": 24 * hour,
  "reset-password": hour,
  "change-email": 24 * hour,
};
const mailboxSize = 1000;

/** Issues a six-digit code that replaces an earlier one, and "mails" it. The caller saves. */
export function sendCode(pool: Pool, user: StoredUser, purpose: CodePurpose, email = user.email): void {
  const code = String(randomInt(1_000_000)).padStart(6, "0");
  user.codes[purpose] = { code, expiresAt: pool.now() + validFor[purpose] };
  pool.state.mailbox.push({ email, code, purpose, sentAt: new Date(pool.now()).toISOString() });
  pool.state.mailbox.splice(0, pool.state.mailbox.length - mailboxSize);
  pool.options.onCode(email, code, purpose);
}

/**
 * Uses a code up. CodeMismatchException, ExpiredCodeException (none asked for, or too old), or
 * LimitExceededException after five wrong ones within an hour.
 */
export function useCode(pool: Pool, user: StoredUser, purpose: CodePurpose, given: string): void {
  const key = `${purpose}-code:${user.sub}`;
  pool.attempts.require(key);
  const pending = user.codes[purpose];
  if (!pending || pending.expiresAt <= pool.now()) throw expiredCode();
  if (pending.code !== given) {
    pool.attempts.add(key);
    throw mismatchedCode();
  }
  pool.attempts.clear(key);
  delete user.codes[purpose];
}

/** `a***@e***`: what Cognito tells of the address a code went to, the user existing or not. */
export function deliveryDetails(email: string) {
  const [local = "", domain = ""] = email.split("@");
  return {
    AttributeName: "email",
    DeliveryMedium: "EMAIL",
    Destination: `${local.charAt(0)}***@${domain.charAt(0)}***`,
  };
}
