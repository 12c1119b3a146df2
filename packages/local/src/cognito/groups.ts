import { requireNamedUser } from "./admin-users.ts";
import { CognitoError, notFound } from "./errors.ts";
import { type Input, readOptionalText, readText } from "./input.ts";
import { type Pool, requirePool } from "./pool.ts";
import type { StoredGroup } from "./state.ts";

const describe = (pool: Pool, group: StoredGroup) => ({
  GroupName: group.name,
  UserPoolId: pool.options.userPoolId,
  ...(group.description !== undefined && { Description: group.description }),
  CreationDate: group.createdAt / 1000,
  LastModifiedDate: group.createdAt / 1000,
});

export async function createGroup(pool: Pool, input: Input) {
  requirePool(pool, input);
  const name = readText(input, "GroupName");
  if (pool.state.groups.some((group) => group.name === name)) {
    throw new CognitoError("GroupExistsException", "A group with the name already exists.");
  }
  const group = { name, description: readOptionalText(input, "Description"), createdAt: pool.now() };
  pool.state.groups.push(group);
  await pool.save();
  return { Group: describe(pool, group) };
}

function readGroupName(pool: Pool, input: Input): string {
  const name = readText(input, "GroupName");
  if (!pool.state.groups.some((group) => group.name === name)) throw notFound("Group not found.");
  return name;
}

/** Shows in tokens issued from now on, also refreshed ones. */
export async function adminAddUserToGroup(pool: Pool, input: Input) {
  const user = requireNamedUser(pool, input);
  user.groups = [...new Set([...user.groups, readGroupName(pool, input)])];
  await pool.save();
  return {};
}

export async function adminRemoveUserFromGroup(pool: Pool, input: Input) {
  const user = requireNamedUser(pool, input);
  const name = readGroupName(pool, input);
  user.groups = user.groups.filter((group) => group !== name);
  await pool.save();
  return {};
}

export async function adminListGroupsForUser(pool: Pool, input: Input) {
  const user = requireNamedUser(pool, input);
  const groups = pool.state.groups.filter((group) => user.groups.includes(group.name));
  return { Groups: groups.map((group) => describe(pool, group)) };
}
