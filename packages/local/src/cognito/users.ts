import { CognitoError, invalidParameter } from "./errors.ts";
import type { Pool } from "./pool.ts";
import type { StoredUser } from "./state.ts";

// The standard attributes a pool has without further configuration.
const writableAttributes = new Set(
  (
    "address birthdate email family_name gender given_name locale middle_name name nickname phone_number " +
    "picture preferred_username profile updated_at website zoneinfo"
  ).split(" "),
);

/** Finds by user name (the sub) or by e-mail, in any case, as a pool with e-mail sign-in does. */
export function findUser(pool: Pool, username: string): StoredUser | undefined {
  const wanted = username.toLowerCase();
  return pool.state.users.find((user) => user.sub === wanted || user.email.toLowerCase() === wanted);
}

/** UserNotFoundException for a miss; only for calls that may tell who exists. */
export function requireUser(pool: Pool, username: string): StoredUser {
  const user = findUser(pool, username);
  if (!user) throw new CognitoError("UserNotFoundException", "User does not exist.");
  return user;
}

/** Removes the user with all sessions. */
export function removeUser(pool: Pool, user: StoredUser): void {
  pool.state.users.splice(pool.state.users.indexOf(user), 1);
  pool.state.sessions = pool.state.sessions.filter((session) => session.sub !== user.sub);
}

/** InvalidParameterException for an attribute the schema does not have, or for an e-mail that is none. */
export function assertAttributes(attributes: ReadonlyMap<string, string>): void {
  for (const [name, value] of attributes) {
    if (!writableAttributes.has(name)) {
      throw invalidParameter(
        `Attributes did not conform to the schema: Type for attribute {${name}} could not be determined`,
      );
    }
    if (value.length > 2048) {
      throw invalidParameter(
        `Attributes did not conform to the schema: ${name}: String must be no longer than 2048 characters`,
      );
    }
    if (name === "email") assertEmail(value, "Invalid email address format.");
  }
}

/** InvalidParameterException with the given message unless the text looks like an e-mail address. */
export function assertEmail(email: string, message: string): void {
  if (!/^[^\s@]+@[^\s@]+\.[^\s@.]+$/.test(email)) throw invalidParameter(message);
}

/** The user's attributes as plain strings, as the trigger's event carries them. */
export function attributesOf(user: StoredUser): Record<string, string> {
  return {
    sub: user.sub,
    email_verified: String(user.emailVerified),
    ...user.attributes,
    email: user.email,
  };
}

/** The same as a list of pairs, as every answer carries them. */
export const attributeList = (user: StoredUser) =>
  Object.entries(attributesOf(user)).map(([Name, Value]) => ({ Name, Value }));
