import type { Me } from "@parley/contract/schemas/account";
import type { UserRow } from "@parley/data/users";
import type { Identity } from "@parley/http/api-types";

function rolesOf(identity: Identity): string[] {
  const groups: readonly string[] = identity.groups;
  return groups.includes("admin") ? ["user", "admin"] : ["user"];
}

/** The profile; roles come from the verified token's groups. */
export function renderMe(row: UserRow, identity: Identity): Me {
  return {
    id: row.id,
    email: row.email,
    displayName: row.displayName,
    roles: rolesOf(identity),
    tokens: { balance: row.tokenBalance, held: row.tokensHeld },
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

/** Changes with everything `renderMe` shows. */
export function meEtag(row: UserRow, identity: Identity): string {
  return [row.version, ...rolesOf(identity)].join("-");
}
