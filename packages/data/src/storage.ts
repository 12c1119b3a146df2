import { eq, sql } from "drizzle-orm";
import type { Transaction } from "./prepared.ts";
import { storageLimits } from "./schema/storage-limits.ts";
import { users } from "./schema/users.ts";
import type { StorageLimits } from "./storage-settings.ts";

/** The limits, as one value of a query. */
export const presentLimits = () =>
  sql<StorageLimits>`(select jsonb_build_object(
  'conversations', ${storageLimits.conversations}, 'messages', ${storageLimits.messages},
  'notes', ${storageLimits.notes}, 'systemPrompts', ${storageLimits.systemPrompts},
  'apiKeys', ${storageLimits.apiKeys}, 'bytes', ${storageLimits.bytes}) from ${storageLimits})`.as("limits");

/**
 * Does what writes for a user, and has it undone where more is stored then than may be.
 * @throws StorageFull by way of the transaction
 */
export async function withinLimits<T>(
  transaction: Transaction,
  ownerId: string,
  write: () => Promise<T>,
): Promise<T> {
  const [before] = await transaction
    .select({ row: sql<object>`to_jsonb(${users})` })
    .from(users)
    .where(eq(users.id, ownerId));
  const written = await write();
  if (before !== undefined) {
    const row = JSON.stringify(before.row);
    await transaction.execute(
      sql`select require_room(jsonb_populate_record(null::users, ${row}::text::jsonb))`,
    );
  }
  return written;
}
