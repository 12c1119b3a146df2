import { randomBytes } from "node:crypto";
import { requireNamedUser } from "./admin-users.ts";
import { CognitoError } from "./errors.ts";
import { type Input, readAttributes, readText, readUsername } from "./input.ts";
import { assertPasswordPolicy, hashPassword } from "./passwords.ts";
import { type Pool, requirePool } from "./pool.ts";
import { newUser } from "./sign-up.ts";
import { assertAttributes, assertEmail, attributeList, findUser } from "./users.ts";

/** With MessageAction SUPPRESS only: an invitation by mail is nothing that Parley sends. */
export async function adminCreateUser(pool: Pool, input: Input) {
  requirePool(pool, input);
  const email = readUsername(input);
  assertEmail(email, "Username should be an email.");
  const { email_verified: verified, ...attributes } = Object.fromEntries(
    readAttributes(input, "UserAttributes"),
  );
  assertAttributes(new Map(Object.entries(attributes)));
  delete attributes.email;
  const passwordHash = await hashPassword(randomBytes(32).toString("base64url"));
  if (findUser(pool, email)) {
    throw new CognitoError("UsernameExistsException", "User account already exists");
  }
  const user = newUser(pool, email, attributes, passwordHash);
  Object.assign(user, { emailVerified: verified === "true", status: "FORCE_CHANGE_PASSWORD" });
  pool.state.users.push(user);
  await pool.save();
  return {
    User: { Username: user.sub, Enabled: true, UserStatus: user.status, Attributes: attributeList(user) },
  };
}

/** Sets a password that stays, which confirms the account. */
export async function adminSetUserPassword(pool: Pool, input: Input) {
  const user = requireNamedUser(pool, input);
  const password = readText(input, "Password");
  assertPasswordPolicy(password);
  user.passwordHash = await hashPassword(password);
  const status = input.Permanent === true ? "CONFIRMED" : "FORCE_CHANGE_PASSWORD";
  Object.assign(user, { status, updatedAt: pool.now() });
  await pool.save();
  return {};
}
