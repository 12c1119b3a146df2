import { invalidParameter } from "./errors.ts";
import { type Input, readText, readUsername } from "./input.ts";
import { type Pool, requirePool } from "./pool.ts";
import { revokeSessions } from "./sessions.ts";
import type { StoredUser } from "./state.ts";
import { attributeList, removeUser, requireUser } from "./users.ts";

/** The user an administrator's call names; UserNotFoundException is told here. */
export function requireNamedUser(pool: Pool, input: Input): StoredUser {
  requirePool(pool, input);
  return requireUser(pool, readUsername(input));
}

// The protocol carries times as seconds, with a fraction.
const describe = (user: StoredUser) => ({
  Username: user.sub,
  UserCreateDate: user.createdAt / 1000,
  UserLastModifiedDate: user.updatedAt / 1000,
  Enabled: user.enabled,
  UserStatus: user.status,
});

export async function adminGetUser(pool: Pool, input: Input) {
  const user = requireNamedUser(pool, input);
  return { ...describe(user), UserAttributes: attributeList(user) };
}

/** Of the service's filters the one for a subject, which finds one user or none. */
export async function listUsers(pool: Pool, input: Input) {
  requirePool(pool, input);
  const [, subject] = /^sub = "([^"]*)"$/.exec(readText(input, "Filter")) ?? [];
  if (subject === undefined)
    throw invalidParameter("One or more requested attributes do not exist in user pool.");
  const found = pool.state.users.filter(({ sub }) => sub === subject);
  return { Users: found.map((user) => ({ ...describe(user), Attributes: attributeList(user) })) };
}

export async function adminDeleteUser(pool: Pool, input: Input) {
  removeUser(pool, requireNamedUser(pool, input));
  await pool.save();
  return {};
}

/** Ends every session, and nothing else: who knows the password may sign in again. */
export async function adminUserGlobalSignOut(pool: Pool, input: Input) {
  revokeSessions(pool, requireNamedUser(pool, input));
  await pool.save();
  return {};
}

export async function adminDisableUser(pool: Pool, input: Input) {
  const user = requireNamedUser(pool, input);
  Object.assign(user, { enabled: false, updatedAt: pool.now() });
  revokeSessions(pool, user);
  await pool.save();
  return {};
}
