import type { AdminUser } from "@parley/contract/schemas/admin";
import type { UserRow } from "@parley/data/users";

function statusOf({ deletion, disabledAt }: UserRow): AdminUser["status"] {
  if (deletion !== null) return "deleting";
  return disabledAt === null ? "active" : "disabled";
}

/** A user as admins see one. */
export function renderUser(row: UserRow): AdminUser {
  return {
    id: row.id,
    email: row.email,
    displayName: row.displayName,
    status: statusOf(row),
    tokens: { balance: row.tokenBalance, held: row.tokensHeld },
    disabledAt: row.disabledAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
