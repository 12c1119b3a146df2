import { deliveryDetails, sendCode, useCode } from "./codes.ts";
import { CognitoError, invalidParameter } from "./errors.ts";
import { type Input, readAttributes, readText } from "./input.ts";
import type { Pool } from "./pool.ts";
import { requireTokenUser } from "./tokens.ts";
import { assertAttributes, findUser } from "./users.ts";

function requireFree(pool: Pool, email: string): void {
  if (findUser(pool, email)) {
    throw new CognitoError("AliasExistsException", "An account with the given email already exists.");
  }
}

/** A new address waits for its code, and the old one signs in until then: a pool that keeps the original. */
export async function updateUserAttributes(pool: Pool, input: Input) {
  const user = await requireTokenUser(pool, input);
  const attributes = readAttributes(input, "UserAttributes");
  assertAttributes(attributes);
  const email = attributes.get("email");
  attributes.delete("email");
  const isNew = email !== undefined && email.toLowerCase() !== user.email.toLowerCase();
  if (isNew) requireFree(pool, email);
  Object.assign(user.attributes, Object.fromEntries(attributes));
  user.updatedAt = pool.now();
  if (isNew) {
    user.newEmail = email;
    sendCode(pool, user, "change-email", email);
  }
  await pool.save();
  return { CodeDeliveryDetailsList: isNew ? [deliveryDetails(email)] : [] };
}

export async function verifyUserAttribute(pool: Pool, input: Input) {
  const user = await requireTokenUser(pool, input);
  if (readText(input, "AttributeName") !== "email") throw invalidParameter("Invalid attribute name.");
  useCode(pool, user, "change-email", readText(input, "Code"));
  const email = user.newEmail ?? user.email;
  // Somebody may have signed up with it meanwhile.
  if (email.toLowerCase() !== user.email.toLowerCase()) requireFree(pool, email);
  Object.assign(user, { email, emailVerified: true, updatedAt: pool.now() });
  delete user.newEmail;
  await pool.save();
  return {};
}
