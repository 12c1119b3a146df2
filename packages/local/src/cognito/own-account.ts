import { wrongCredentials } from "./errors.ts";
import { type Input, readText } from "./input.ts";
import { assertPasswordPolicy, hashPassword, passwordMatches } from "./passwords.ts";
import type { Pool } from "./pool.ts";
import { requireTokenUser } from "./tokens.ts";
import { attributeList } from "./users.ts";

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
