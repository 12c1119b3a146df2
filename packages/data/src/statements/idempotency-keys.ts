import { sql } from "drizzle-orm";
import { db, statement } from "../drizzle/statement.ts";
import { idempotencyKeys } from "../schema/idempotency-keys.ts";

export const purge = statement(() => {
  const returned = { key: idempotencyKeys.key };
  const query = db
    .delete(idempotencyKeys)
    .where(
      sql`(owner_id, kind, key) in (select owner_id, kind, key from ${idempotencyKeys}
        where created_at < now() - interval '48 hours' limit ${sql.placeholder("limit")})`,
    )
    .returning(returned);
  return { query, returned };
});
