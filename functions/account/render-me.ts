import type { Me } from "@parley/contract/schemas/account";
import type { UserRow } from "@parley/data/users";
import type { Identity } from "@parley/http/api-types";

/** What of the stored user is shown. */
export type Profile = Pick<
  UserRow,
  | "id"
  | "email"
  | "displayName"
  | "defaultModel"
  | "locale"
  | "tokenBalance"
  | "tokensHeld"
  | "version"
  | "createdAt"
  | "updatedAt"
>;

function rolesOf(identity: Identity): string[] {
  const groups: readonly string[] = identity.groups;
  return groups.includes("admin") ? ["user", "admin"] : ["user"];
}

/** The profile; roles come from the verified token's groups. */
export function renderMe(row: Profile, identity: Identity): Me {
  return {
    id: row.id,
    email: row.email,
    displayName: row.displayName,
    preferences: { defaultModel: row.defaultModel, locale: row.locale },
    roles: rolesOf(identity),
    tokens: { balance: row.tokenBalance, held: row.tokensHeld },
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

/** Changes with everything `renderMe` shows. */
export function meEtag(row: Profile, identity: Identity): string {
  return [row.version, ...rolesOf(identity)].join("-");
}
