import { invalidParameter, notAuthorized } from "./errors.ts";
import { type Input, readOptionalText, readUsername } from "./input.ts";
import { type Pool, requirePool } from "./pool.ts";
import { revokeSessions } from "./sessions.ts";
import { confirmUser } from "./sign-up.ts";
import type { StoredUser } from "./state.ts";
import { attributeList, attributesOf, removeUser, requireUser } from "./users.ts";

const largestPage = 60;

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

export async function adminDeleteUser(pool: Pool, input: Input) {
  removeUser(pool, requireNamedUser(pool, input));
  await pool.save();
  return {};
}

export async function adminConfirmSignUp(pool: Pool, input: Input) {
  const user = requireNamedUser(pool, input);
  if (user.status === "CONFIRMED") {
    throw notAuthorized("User cannot be confirmed. Current status is CONFIRMED");
  }
  // Unlike a code, an administrator's word does not prove the address.
  await confirmUser(pool, user, {});
  return {};
}

export async function adminDisableUser(pool: Pool, input: Input) {
  const user = requireNamedUser(pool, input);
  Object.assign(user, { enabled: false, updatedAt: pool.now() });
  revokeSessions(pool, user);
  await pool.save();
  return {};
}

export async function adminEnableUser(pool: Pool, input: Input) {
  Object.assign(requireNamedUser(pool, input), { enabled: true, updatedAt: pool.now() });
  await pool.save();
  return {};
}

export async function listUsers(pool: Pool, input: Input) {
  requirePool(pool, input);
  const matches = filterOf(readOptionalText(input, "Filter"));
  const start = Number(readOptionalText(input, "PaginationToken") ?? 0);
  const limit = typeof input.Limit === "number" ? input.Limit : largestPage;
  if (limit < 1 || limit > largestPage || !Number.isSafeInteger(start)) {
    throw invalidParameter("Limit must be from 1 to 60, and PaginationToken one of ours.");
  }
  const found = pool.state.users.filter(matches);
  return {
    Users: found.slice(start, start + limit).map((user) => ({
      ...describe(user),
      Attributes: attributeList(user),
    })),
    ...(start + limit < found.length && { PaginationToken: String(start + limit) }),
  };
}

/** Understands `name = "value"` and `name ^= "prefix"` for one attribute, as the service does. */
function filterOf(filter: string | undefined): (user: StoredUser) => boolean {
  if (!filter) return () => true;
  const [, name, operator, quoted] = /^\s*"?([\w:]+)"?\s*(\^?=)\s*"((?:[^"\\]|\\.)*)"\s*$/.exec(filter) ?? [];
  if (name === undefined || quoted === undefined) throw invalidParameter("Error while parsing filter.");
  const wanted = quoted.replace(/\\(.)/g, "$1").toLowerCase();
  return (user) => {
    const value = (name === "username" ? user.sub : attributesOf(user)[name])?.toLowerCase();
    return operator === "=" ? value === wanted : value?.startsWith(wanted) === true;
  };
}
