import { requireNamedUser } from "./admin-users.ts";
import { notFound } from "./errors.ts";
import { type Input, readText } from "./input.ts";
import type { Pool } from "./pool.ts";

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
