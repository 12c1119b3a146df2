import { deliveryDetails, sendCode, useCode } from "./codes.ts";
import { expiredCode, mismatchedCode } from "./errors.ts";
import { type Input, readText, readUsername } from "./input.ts";
import { assertPasswordPolicy, hashPassword } from "./passwords.ts";
import { type Pool, requireClient } from "./pool.ts";
import { runPostConfirmation } from "./triggers.ts";
import { findUser } from "./users.ts";

export async function forgotPassword(pool: Pool, input: Input) {
  requireClient(pool, input);
  const username = readUsername(input);
  const key = `forgot-password:${username.toLowerCase()}`;
  pool.attempts.require(key);
  pool.attempts.add(key);
  const user = findUser(pool, username);
  // Unknown, disabled, or without a verified address: the same answer, of a code that was never sent.
  if (user?.enabled && user.emailVerified) {
    sendCode(pool, user, "reset-password");
    await pool.save();
  }
  return { CodeDeliveryDetails: deliveryDetails(user?.email ?? username) };
}

export async function confirmForgotPassword(pool: Pool, input: Input) {
  requireClient(pool, input);
  const user = findUser(pool, readUsername(input));
  const code = readText(input, "ConfirmationCode");
  const password = readText(input, "Password");
  assertPasswordPolicy(password);
  if (!user?.enabled) throw mismatchedCode();
  if (!user.codes["reset-password"]) throw expiredCode();
  useCode(pool, user, "reset-password", code);
  user.passwordHash = await hashPassword(password);
  user.updatedAt = pool.now();
  pool.attempts.clear(`sign-in:${user.email.toLowerCase()}`);
  await pool.save();
  await runPostConfirmation(pool, user, "PostConfirmation_ConfirmForgotPassword");
  return {};
}
