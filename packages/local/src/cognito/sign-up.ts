import { randomUUID } from "node:crypto";
import { deliveryDetails, sendCode, useCode } from "./codes.ts";
import { CognitoError, expiredCode, invalidParameter, notAuthorized } from "./errors.ts";
import { type Input, readAttributes, readText, readTexts, readUsername } from "./input.ts";
import { assertPasswordPolicy, hashPassword } from "./passwords.ts";
import { type Pool, requireClient } from "./pool.ts";
import type { StoredUser } from "./state.ts";
import { runPostConfirmation, runPreSignUp } from "./triggers.ts";
import { assertAttributes, assertEmail, findUser } from "./users.ts";

export async function signUp(pool: Pool, input: Input) {
  requireClient(pool, input);
  const email = readUsername(input);
  const password = readText(input, "Password");
  assertEmail(email, "Username should be an email.");
  const attributes = readAttributes(input, "UserAttributes");
  assertAttributes(attributes);
  if ((attributes.get("email") ?? email).toLowerCase() !== email.toLowerCase()) {
    throw invalidParameter("Value of email attribute is different from the username.");
  }
  attributes.delete("email");
  assertPasswordPolicy(password);
  await runPreSignUp(pool, email, {
    userAttributes: { ...Object.fromEntries(attributes), email },
    clientMetadata: readTexts(input, "ClientMetadata"),
  });
  const passwordHash = await hashPassword(password);
  // Looked up only now, with no await before the push: two sign-ups at once make one user.
  if (findUser(pool, email)) {
    throw new CognitoError("UsernameExistsException", "An account with the given email already exists.");
  }
  const user = newUser(pool, email, Object.fromEntries(attributes), passwordHash);
  pool.state.users.push(user);
  sendCode(pool, user, "sign-up");
  await pool.save();
  return { UserConfirmed: false, UserSub: user.sub, CodeDeliveryDetails: deliveryDetails(email) };
}

export function newUser(
  pool: Pool,
  email: string,
  attributes: Record<string, string>,
  passwordHash: string,
): StoredUser {
  return {
    sub: randomUUID(),
    email,
    emailVerified: false,
    attributes,
    passwordHash,
    status: "UNCONFIRMED",
    enabled: true,
    groups: [],
    codes: {},
    createdAt: pool.now(),
    updatedAt: pool.now(),
  };
}

export async function confirmSignUp(pool: Pool, input: Input) {
  requireClient(pool, input);
  const user = findUser(pool, readUsername(input));
  const code = readText(input, "ConfirmationCode");
  if (!user) throw expiredCode();
  if (user.status === "CONFIRMED") {
    throw notAuthorized("User cannot be confirmed. Current status is CONFIRMED");
  }
  useCode(pool, user, "sign-up", code);
  await confirmUser(pool, user, { emailVerified: true });
  return {};
}

/** Marks the user confirmed, saves, then runs the trigger. */
async function confirmUser(pool: Pool, user: StoredUser, changes: Partial<StoredUser>) {
  Object.assign(user, changes, { status: "CONFIRMED", updatedAt: pool.now() });
  await pool.save();
  await runPostConfirmation(pool, user, "PostConfirmation_ConfirmSignUp");
}

export async function resendConfirmationCode(pool: Pool, input: Input) {
  requireClient(pool, input);
  const username = readUsername(input);
  const key = `resend:${username.toLowerCase()}`;
  pool.attempts.require(key);
  const user = findUser(pool, username);
  if (user?.status === "CONFIRMED") throw invalidParameter("User is already confirmed.");
  pool.attempts.add(key);
  if (user?.enabled) {
    sendCode(pool, user, "sign-up");
    await pool.save();
  }
  // Nobody there, or disabled: the same answer, of a code that was never sent.
  return { CodeDeliveryDetails: deliveryDetails(user?.email ?? username) };
}
