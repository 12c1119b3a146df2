import { deliveryDetails, sendCode, useCode } from "./codes.ts";
import { CognitoError, invalidParameter, wrongCredentials } from "./errors.ts";
import { type Input, readAttributes, readText } from "./input.ts";
import { assertPasswordPolicy, hashPassword, passwordMatches } from "./passwords.ts";
import type { Pool } from "./pool.ts";
import { requireTokenUser } from "./tokens.ts";
import { assertAttributes, attributeList, findUser, removeUser } from "./users.ts";

export async function getUser(pool: Pool, input: Input) {
  const user = await requireTokenUser(pool, input);
  return { Username: user.sub, UserAttributes: attributeList(user) };
}

export async function changePassword(pool: Pool, input: Input) {
  const user = await requireTokenUser(pool, input);
  const previous = readText(input, "PreviousPassword");
  const proposed = readText(input, "ProposedPassword");
  assertPasswordPolicy(proposed);
  const key = `change-password:${user.sub}`;
  pool.attempts.require(key);
  if (!(await passwordMatches(previous, user.passwordHash))) {
    pool.attempts.add(key);
    throw wrongCredentials();
  }
  pool.attempts.clear(key);
  user.passwordHash = await hashPassword(proposed);
  user.updatedAt = pool.now();
  await pool.save();
  return {};
}

/** A changed e-mail is in force at once and unverified until its code comes back, the service's default. */
export async function updateUserAttributes(pool: Pool, input: Input) {
  const user = await requireTokenUser(pool, input);
  const attributes = readAttributes(input, "UserAttributes");
  assertAttributes(attributes);
  const email = attributes.get("email");
  attributes.delete("email");
  const isNewEmail = email !== undefined && email !== user.email;
  if (isNewEmail) {
    const holder = findUser(pool, email);
    if (holder && holder !== user) {
      throw new CognitoError("AliasExistsException", "An account with the given email already exists.");
    }
    Object.assign(user, { email, emailVerified: false });
    sendCode(pool, user, "verify-email");
  }
  Object.assign(user.attributes, Object.fromEntries(attributes));
  user.updatedAt = pool.now();
  await pool.save();
  return { CodeDeliveryDetailsList: isNewEmail ? [deliveryDetails(user.email)] : [] };
}

export async function verifyUserAttribute(pool: Pool, input: Input) {
  const user = await requireTokenUser(pool, input);
  if (readText(input, "AttributeName") !== "email") {
    throw invalidParameter("Only the attribute email can be verified.");
  }
  useCode(pool, user, "verify-email", readText(input, "Code"));
  user.emailVerified = true;
  user.updatedAt = pool.now();
  await pool.save();
  return {};
}

export async function deleteUser(pool: Pool, input: Input) {
  removeUser(pool, await requireTokenUser(pool, input));
  await pool.save();
  return {};
}
